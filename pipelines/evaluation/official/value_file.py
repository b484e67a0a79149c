"""Rows of the header-less CSV files of DCASE's evaluators, checked."""

import csv
import io
import pathlib
from collections.abc import Iterator


def read_rows(path: pathlib.Path) -> Iterator[tuple[str, list[str]]]:
    r"""Yields where each row stands, `<path>, line <number>`, and its cells.

    Empty lines are left out. Names that are not UTF-8 keep their bytes.

    Raises:
        FileNotFoundError: Where there is no such file.
        ValueError: Where a row cannot be read as CSV, with its place.

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
    r"""Returns, for each name of a two-column file, its value and its place.

    Args:
        path: A file of lines `name,value`, without a header.

    Raises:
        FileNotFoundError: Where there is no such file.
        ValueError: Where a row has not two cells, or a name comes twice,
            with the file and the line.

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
    """Returns the truth of `"0"` or `"1"`, also written `0.0` or `1.0`.

    Args:
        text: The cell.
        where: Its place, for the message.
        rule: What must be 0 or 1, for the message.

    Raises:
        ValueError: Where the cell is neither, with its place.

    >>> read_flag("1", "a.csv, line 1", "A decision")
    True
    """
    if text.strip() not in {"0", "1", "0.0", "1.0"}:
        raise ValueError(
            f"{rule} must be 0 or 1. Received: {text!r} in {where}."
        )
    return text.strip().startswith("1")
