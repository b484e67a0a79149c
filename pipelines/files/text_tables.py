"""Text tables: cells below a header, aligned, as plain text or Markdown."""

from collections.abc import Callable
from collections.abc import Sequence

from tabulate import tabulate

from pipelines.files.names import printable


def format_table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    numeric: Sequence[int] = (),
    form: str = "simple",
    show: Callable[[str], str] = printable,
) -> str:
    """Returns the lines of a table.

    Args:
        header: Names of the columns.
        rows: Rows with as many cells as the header.
        numeric: Indices of the columns that are aligned to the right.
        form: Format of `tabulate`: `"simple"`, or `"pipe"` for Markdown.
        show: Function from a cell to what is shown of it, on one line.

    >>> print(format_table(["machine", "clips"], [["fan", "9"]], [1]))
    machine      clips
    ---------  -------
    fan              9
    """
    align = [
        "right" if index in numeric else "left" for index in range(len(header))
    ]
    text = tabulate(
        [list(map(show, row)) for row in rows],
        list(map(show, header)),
        tablefmt=form,
        disable_numparse=True,
        colalign=align if rows else None,
    )
    return "\n".join(line.rstrip() for line in text.splitlines())
