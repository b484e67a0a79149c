"""CSV layout: clips listed in a table."""

import csv
import io
import pathlib
from collections.abc import Iterator
from collections.abc import Sequence

from pipelines.datasets.clip import Clip
from pipelines.datasets.recording_folder import SUFFIXES

_COLUMNS = ("path", "machine", "split", "label")
_SPLITS = ("train", "test")
_LABELS = {"normal": False, "anomaly": True, "": None}
_DOMAINS = {"source": "source", "target": "target", "": None}


def find_table(root: pathlib.Path) -> pathlib.Path | None:
    """Finds the CSV that lists the clips: `root` itself, or one in it.

    A CSV in a folder counts if its header has the columns path, machine,
    split and label; any other (`attributes_00.csv`) is passed over.

    Raises:
        ValueError: If a folder holds several that count.

    >>> find_table(pathlib.Path("no_such_folder")) is None
    True
    """
    if root.suffix.casefold() == ".csv" and root.is_file():
        return root
    tables = [
        path
        for path in sorted(root.glob("*.csv"))
        if path.is_file() and _is_table(path)
    ]
    if len(tables) > 1:
        raise ValueError(
            "A folder may hold one CSV that lists clips. Received: "
            f"{', '.join(map(str, tables))}. Name one of them as `root`."
        )
    return tables[0] if tables else None


def read_table(table: pathlib.Path) -> list[Clip]:
    r"""Reads the clips of a CSV, comma separated, UTF-8, with a header.

    Columns: `path` (relative to the CSV's folder, or absolute), `machine`,
    `split` (train or test), `label` (normal, anomaly or empty; empty counts
    as normal in train), and, where wanted, `section` (empty: `"all"`),
    `domain` (source, target or empty) and `session` (when it was recorded, in
    any words; see `pipelines.datasets.sessions`). Other columns are ignored.
    Whether the recordings exist shows when they are decoded.

    Raises:
        ValueError: If a column is missing or a line does not fit. The
            message names the line.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as root:
    ...     table = pathlib.Path(root, "clips.csv")
    ...     size = table.write_text(
    ...         "path,machine,split,label\n1.wav,fan,test,anomaly\n")
    ...     [(clip.key, clip.is_anomaly) for clip in read_table(table)]
    [('fan/all', True)]
    """
    return [
        _read_row(row, table, line) for row, line in read_rows(table, _COLUMNS)
    ]


def read_rows(
    table: pathlib.Path, columns: Sequence[str]
) -> Iterator[tuple[dict[str, str], int]]:
    r"""Reads the rows of a CSV that lists recordings, each once.

    Args:
        table: Path of the CSV, comma separated, UTF-8, with a header.
        columns: Columns that it must have, `path` among them.

    Yields:
        Cells by column, without spaces around them, and the row's line.

    Raises:
        ValueError: If it is no such table. The message names the line.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as root:
    ...     table = pathlib.Path(root, "clips.csv")
    ...     size = table.write_text("path,machine\n1.wav, fan\n")
    ...     list(read_rows(table, ["path"]))
    [({'path': '1.wav', 'machine': 'fan'}, 2)]
    """
    lines: dict[pathlib.Path, int] = {}
    reader = csv.DictReader(
        io.StringIO(_read_text(table), newline=""),
        strict=True,
        skipinitialspace=True,
    )
    try:
        _check_columns(table, reader.fieldnames, columns)
        for row in reader:
            line = reader.line_num
            if None in row or None in row.values():
                raise ValueError(
                    "Every line must have as many cells as the header. "
                    f"Received: line {line} of {table}. Put cells with commas "
                    "in quotes."
                )
            row.update({name: cell.strip() for name, cell in row.items()})
            path = table.parent / row["path"]
            if path in lines:
                raise ValueError(
                    "A recording may be listed once. Received: "
                    f"path={row['path']!r} on line {line} and "
                    f"line {lines[path]} of {table}."
                )
            lines[path] = line
            yield row, line
    except csv.Error as error:
        raise ValueError(
            "A table of clips must be well-formed CSV. Received: line "
            f"{reader.reader.line_num} of {table}, with the error: {error}."
        ) from error
    if not lines:
        raise ValueError(
            "A table of clips must list at least one. Received: "
            f"{table}, which has a header alone."
        )


def _read_text(table: pathlib.Path) -> str:
    try:
        return table.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ValueError(
            f"A table of clips must be in UTF-8. Received: line {line} of "
            f"{table}, which is not. Save it as CSV in UTF-8."
        ) from error


def _is_table(path: pathlib.Path) -> bool:
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
        header = csv.reader([file.readline()], skipinitialspace=True)
        return set(_COLUMNS) <= set(next(header, []))


def _check_columns(
    table: pathlib.Path,
    given: Sequence[str] | None,
    columns: Sequence[str],
) -> None:
    missing = [name for name in columns if name not in (given or ())]
    if missing:
        raise ValueError(
            "A table of clips must begin with a line that names the columns "
            f"{', '.join(columns)}, separated by commas. Received: line 1 of "
            f"{table}, which lacks {', '.join(missing)}."
        )


def _read_row(row: dict, table: pathlib.Path, line: int) -> Clip:
    def refuse(rule: str, column: str) -> ValueError:
        return ValueError(
            f"{rule}. Received: {column}={row[column]!r} on line {line} "
            f"of {table}."
        )

    if not row["path"].casefold().endswith(SUFFIXES):
        raise refuse(f"`path` must end in one of {SUFFIXES}", "path")
    if not row["machine"]:
        raise refuse("`machine` must not be empty", "machine")
    for column in ("machine", "section"):
        if "/" in row.get(column, ""):
            raise refuse(f"`{column}` must be without a slash", column)
    if row["split"] not in _SPLITS:
        raise refuse("`split` must be train or test", "split")
    if row["label"] not in _LABELS:
        raise refuse("`label` must be normal, anomaly or empty", "label")
    if row.get("domain", "") not in _DOMAINS:
        raise refuse("`domain` must be source, target or empty", "domain")
    is_anomaly = _LABELS[row["label"]]
    if row["split"] == "train" and is_anomaly:
        raise refuse("Clips of the train split must be normal", "label")
    return Clip(
        path=table.parent / row["path"],
        machine=row["machine"],
        section=row.get("section") or "all",
        split=row["split"],
        is_anomaly=False if row["split"] == "train" else is_anomaly,
        domain=_DOMAINS[row.get("domain", "")],
        session=row.get("session", ""),
    )
