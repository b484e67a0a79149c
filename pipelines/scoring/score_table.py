"""Score tables as CSV and Parquet."""

import csv
import itertools
import pathlib
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from pipelines import atomic
from pipelines.files.names import escape_name
from pipelines.files.names import read_name
from pipelines.files.names import table_cell
from pipelines.scoring.batch_scoring import Row

SUFFIXES = (".csv", ".parquet")
ROW_GROUP = 10_000
# The columns of names; `problem` is a message.
NAMES = ("clip", "machine")


def check_table(path: pathlib.Path) -> None:
    """Refuses a table that could not be written in the end.

    Raises:
        ValueError: If its suffix is none of `SUFFIXES`, it is a folder, or it
            is Parquet and pyarrow is not installed.

    >>> check_table(pathlib.Path("scores.xlsx"))
    Traceback (most recent call last):
    ValueError: `out` must end in one of .csv, .parquet. Received: ...
    """
    if path.suffix not in SUFFIXES:
        raise ValueError(
            f"`out` must end in one of {', '.join(SUFFIXES)}. Received: "
            f"out={path}."
        )
    if path.is_dir():
        raise ValueError(
            f"`out` must be a file. Received: out={path}, which is a folder."
        )
    if path.suffix == ".parquet":
        import_parquet()


def write_score_table(
    path: pathlib.Path,
    rows: Iterable[Row],
    columns: Sequence[str],
    metadata: Mapping[str, str] | None = None,
) -> None:
    r"""Writes rows as CSV or as Parquet, by the suffix, whole or not at all.

    Rows are written as they come and not kept. `None` is an empty cell in CSV
    and null in Parquet; truths in CSV are `true` and `false`. Names are spelt
    as in `pipelines.files.names`, in both.

    Args:
        path: Path of the table.
        rows: Rows with a value for each column.
        columns: Names of the columns, in order.
        metadata: Texts that a Parquet file keeps beside its columns.

    Raises:
        ValueError: See `check_table`.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "scores.csv")
    >>> row = {"clip": "a.wav", "p_value": None, "valid": True}
    >>> write_score_table(path, [row], list(row))
    >>> path.read_text()
    'clip,p_value,valid\na.wav,,true\n'
    """
    check_table(path)
    with atomic.replacing(path) as temporary:
        if path.suffix == ".parquet":
            _write_parquet(temporary, rows, columns, metadata)
        else:
            _write_csv(temporary, rows, columns)


def _write_csv(
    path: pathlib.Path, rows: Iterable[Row], columns: Sequence[str]
) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            spelt = spell_row(row)
            cells = (spelt[name] for name in columns)
            writer.writerow(
                str(cell).lower() if isinstance(cell, bool) else cell
                for cell in cells
            )


def _write_parquet(
    path: pathlib.Path,
    rows: Iterable[Row],
    columns: Sequence[str],
    metadata: Mapping[str, str] | None,
) -> None:
    pyarrow, parquet = import_parquet()
    schema = parquet_schema(columns)
    if metadata:
        schema = schema.with_metadata(dict(metadata))
    with parquet.ParquetWriter(path, schema) as writer:
        for group in _groups(rows):
            spelt = [spell_row(row) for row in group]
            table = {name: [row[name] for row in spelt] for name in columns}
            writer.write_table(pyarrow.table(table, schema=schema))


def _groups(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while group := list(itertools.islice(left, ROW_GROUP)):
        yield group


def parquet_schema(columns: Sequence[str]) -> Any:
    """Returns the types of columns, as a schema of pyarrow.

    Raises:
        ValueError: If pyarrow is not installed.

    >>> parquet_schema(["clip", "p_value"]).names
    ['clip', 'p_value']
    """
    pyarrow, _ = import_parquet()
    types = {
        "clip_index": pyarrow.int64(),
        "start_seconds": pyarrow.float64(),
        "end_seconds": pyarrow.float64(),
        "anomaly_score": pyarrow.float32(),
        "p_value": pyarrow.float32(),
        "decision": pyarrow.int32(),
        "valid": pyarrow.bool_(),
    }
    return pyarrow.schema(
        [(name, types.get(name, pyarrow.string())) for name in columns]
    )


def spell_row(row: Row) -> Row:
    r"""Returns a row with its texts as a table spells them.

    >>> spell_row({"clip": "=a.wav", "valid": True})
    {'clip': '\\x3da.wav', 'valid': True}
    """
    return {name: _make_text(name, value) for name, value in row.items()}


def read_spelt_row(row: Row) -> Row:
    r"""Returns a row of a table with the names that it spells.

    >>> read_spelt_row({"clip": r"\x3da.wav", "machine": "fan"})
    {'clip': '=a.wav', 'machine': 'fan'}
    """
    return {**row, **{name: read_name(row[name]) for name in NAMES}}


def _make_text(column: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return escape_name(value) if column in NAMES else table_cell(value)


def import_parquet():
    """Returns pyarrow and its module for Parquet.

    Raises:
        ValueError: If it is not installed.

    >>> [module.__name__ for module in import_parquet()]
    ['pyarrow', 'pyarrow.parquet']
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ValueError(
            "Parquet takes pyarrow, which must be installed. Received: "
            f"{error}. Install it by `pip install "
            '"keras-asd[parquet]"`, or write .csv.'
        ) from error
    return pyarrow, pyarrow.parquet
