"""Reading of the CSV files without header of DCASE's evaluators."""

import csv
import io
import pathlib
from collections.abc import Iterator


def read_rows(path: pathlib.Path) -> Iterator[tuple[str, list[str]]]:
    r"""Yields the location, `<path>, line <number>`, and cells of each row.

    Empty lines are skipped. Names that are not UTF-8 keep their bytes.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If a row cannot be read as CSV, with its location.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "scores.csv"
    >>> _ = path.write_text("a.wav,0.5\n")
    >>> [(where.rpartition(", ")[2], row) for where, row in read_rows(path)]
    [('line 1', ['a.wav', '0.5'])]
    """
    text = path.read_bytes().decode("utf-8-sig", errors="surrogateescape")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            if row:
                yield f"{path}, line {reader.line_num}", row
    except csv.Error as error:
        raise ValueError(
            "A file for the evaluators must be CSV with commas. Received: "
            f"{path}, line {reader.line_num}: {error}."
        ) from error


def read_values(path: pathlib.Path) -> dict[str, tuple[str, str]]:
    r"""Returns value and location for each name of a two-column file.

    Args:
        path: File of lines `name,value`, without a header.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If a row does not have two cells, or a name is repeated; the
            message has the file and the line.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "scores.csv"
    >>> _ = path.write_text("a.wav,0.5\n")
    >>> read_values(path)["a.wav"][0]
    '0.5'
    """
    values: dict[str, tuple[str, str]] = {}
    for where, row in read_rows(path):
        if len(row) != 2:
            raise ValueError(
                "Each row must be `name,value`. Received: "
                f"{','.join(row)!r} in {where}."
            )
        name, value = row
        if name in values:
            raise ValueError(
                "Each clip must come once. Received: "
                f"{name!r} again in {where}. Keep one of its rows."
            )
        values[name] = (value, where)
    return values


def read_flag(text: str, where: str, rule: str) -> bool:
    """Returns the boolean of `"0"` or `"1"`, also written `0.0` or `1.0`.

    Args:
        text: Text of the cell.
        where: Location of the cell, for the message.
        rule: Rule that the cell must satisfy, for the message.

    Raises:
        ValueError: If the cell is neither, with its location.

    >>> read_flag("1", "a.csv, line 1", "A decision")
    True
    """
    if text.strip() not in {"0", "1", "0.0", "1.0"}:
        raise ValueError(
            f"{rule} must be 0 or 1. Received: {text!r} in {where}."
        )
    return text.strip().startswith("1")
