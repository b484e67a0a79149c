"""Parts of a table of scores, one of each shard, and what they say."""

import csv
import hashlib
import json
import pathlib
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from keras_asd import __version__
from pipelines import atomic
from pipelines.scoring.batch_scoring import Row
from pipelines.scoring.score_table import import_parquet
from pipelines.scoring.score_table import read_spelt_row
from pipelines.scoring.score_table import write_score_table
from pipelines.scoring.scoring_settings import ScoringSettings
from pipelines.scoring.shard import Shard

METADATA = "keras_asd"
# What counts and versions say is not compared.
BINDING = "binding"
NO_PART = (
    "A part must be a table that `keras-asd score --shard` wrote and finished."
)
CELLS: dict[str, Callable[[str], Any]] = {
    "start_seconds": float,
    "end_seconds": float,
    "anomaly_score": float,
    "p_value": float,
    "decision": int,
    "valid": "true".__eq__,
}


def part_facts(
    shard: Shard,
    model: str,
    clips: str,
    num_clips: int,
    settings: ScoringSettings,
) -> dict[str, Any]:
    """Returns what the rows of a part depend on.

    Args:
        shard: Its share of the list.
        model: SHA-256 of the model, from `open_model`.
        clips: SHA-256 of the list, `ListedClips.digest`.
        num_clips: Number of clips of the list.
        settings: Settings of scoring.

    >>> facts = part_facts(Shard(0, 2), "a", "b", 100, ScoringSettings())
    >>> facts["shard"], facts["list"], facts["chunk_length"]
    ('0/2', 'b', 64)
    """
    binding = settings.binding
    del binding["machines_of_the_list"]  # The list has them, by its own names.
    return {
        "shard": str(shard),
        "model": model,
        "list": clips,
        "clips_of_the_list": num_clips,
        "chunk_length": settings.chunk_length,
        "batch_size": settings.batch_size,
        **binding,
    }


def write_part(
    path: pathlib.Path,
    rows: Iterator[Row],
    columns: Sequence[str],
    facts: Mapping[str, Any],
    counts: Mapping[str, int],
) -> None:
    """Writes a part, whole or not at all.

    In Parquet facts and counts are metadata of the file; a CSV has them in a
    JSON file beside it, `<part>.json`, which is written last.

    Args:
        path: Path of the part, `.csv` or `.parquet`.
        rows: Its rows.
        columns: Names of their columns, in order.
        facts: Facts of `part_facts`.
        counts: Numbers of its clips, rows and scores.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "part-0.csv")
    >>> row = {"clip": "a.wav", "machine": "fan", "anomaly_score": 0.5}
    >>> write_part(path, iter([row]), list(row), {"shard": "0/1"}, {"rows": 1})
    >>> read_about(path)["rows"], list(read_part_rows(path)) == [row]
    (1, True)
    """
    about = {"version": __version__, **counts, BINDING: dict(facts)}
    if path.suffix == ".parquet":
        metadata = {METADATA: json.dumps(about)}
        write_score_table(path, rows, columns, metadata)
        return
    beside(path).unlink(missing_ok=True)
    write_score_table(path, rows, columns)
    about["sha256"] = _digest(path)
    atomic.write_text(beside(path), json.dumps(about, indent=1) + "\n")


def beside(path: pathlib.Path) -> pathlib.Path:
    """The file beside a part in CSV that says what it is.

    >>> beside(pathlib.Path("part-0.csv")).name
    'part-0.csv.json'
    """
    return path.with_name(f"{path.name}.json")


def read_about(path: pathlib.Path) -> dict[str, Any]:
    """Reads what a part says of itself.

    Raises:
        ValueError: If it is not there, no part, or was changed.

    >>> read_about(pathlib.Path("part-0.csv"))
    Traceback (most recent call last):
    ValueError: A part must be a table that `keras-asd score --shard` ...
    """
    if not path.is_file():
        raise ValueError(f"{NO_PART} Received: {path}, which is not there.")
    is_parquet = path.suffix == ".parquet"
    # Whether it is installed is no matter of the file.
    parquet = import_parquet()[1] if is_parquet else None
    try:
        if parquet is not None:
            metadata = parquet.read_schema(path).metadata or {}
            about = json.loads(metadata[METADATA.encode()])
        else:
            about = json.loads(beside(path).read_bytes())
        if not isinstance(about[BINDING], dict):
            raise TypeError
    except (KeyError, TypeError, OSError, ValueError) as error:
        raise ValueError(f"{NO_PART} Received: {path}.") from error
    if not is_parquet and about.get("sha256") != _digest(path):
        raise ValueError(
            f"A part must be as it was written. Received: {path}, which was "
            f"changed. Remove it and {beside(path)}, and score it again."
        )
    return about


def is_finished(path: pathlib.Path, facts: Mapping[str, Any]) -> bool:
    """Whether a part has been written before.

    Args:
        path: Path of the part.
        facts: Facts of the part that is wanted.

    Raises:
        ValueError: If something else lies there.

    >>> is_finished(pathlib.Path("part-0.csv"), {})
    False
    """
    partial = path.with_name(f"{path.name}.partial")
    if not path.exists() or partial.exists():
        return False
    before = read_about(path)[BINDING]
    if changed := differences(before, facts):
        raise ValueError(
            "A finished part is left alone. Received: "
            f"{path}, with {'; '.join(changed)}. Remove it to score it anew, "
            "or give another --out."
        )
    return True


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Names of facts with other values, and both values.

    >>> differences({"shard": "0/2", "model": "a"}, {"shard": "1/2"})
    ['model: a then, None now', 'shard: 0/2 then, 1/2 now']
    """
    return [
        f"{name}: {before.get(name)} then, {now.get(name)} now"
        for name in sorted({*before, *now})
        if before.get(name) != now.get(name)
    ]


def read_part_rows(path: pathlib.Path) -> Iterator[Row]:
    r"""Yields the rows of a part, as they were before they were written.

    Args:
        path: Path of the part, for which `read_about` is right.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "part-0.csv")
    >>> _ = path.write_text("clip,machine,anomaly_score\na.wav,fan,0.5\n")
    >>> list(read_part_rows(path))
    [{'clip': 'a.wav', 'machine': 'fan', 'anomaly_score': 0.5}]
    """
    if path.suffix == ".parquet":
        _, parquet = import_parquet()
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches():
                for row in batch.to_pylist():
                    yield read_spelt_row(row)
        return
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for name, read in CELLS.items():
                if name in row:
                    row[name] = read(row[name]) if row[name] else None
            yield read_spelt_row(row)


def _digest(path: pathlib.Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
