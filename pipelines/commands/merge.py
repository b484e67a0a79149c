"""The command `keras-asd merge`."""

from collections.abc import Sequence

from pipelines.commands.command import command
from pipelines.commands.printing import print_files


@command
def run(parts: Sequence[str], *, out: str) -> None:
    """Joins the parts of `score --shard` into one table.

    It is the table that one process would have written, to the last digit, in
    the order of the list. Refused, by name, are parts that are missing,
    doubled, changed, or of another model, list or options; then no table is
    written.

    Args:
        parts (PART): Parts, .csv or .parquet, in any order.
        out (TABLE): Table to write, .csv or .parquet.
    """
    import pathlib

    from pipelines.programs.merge import merge_parts

    table = pathlib.Path(out)
    merge_parts(parts, table)
    print_files([table])
