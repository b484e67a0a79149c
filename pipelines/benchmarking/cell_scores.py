"""CSV file of the scores of a cell, one column per scorer."""

import csv
import io
import pathlib
from collections.abc import Mapping
from collections.abc import Sequence

from pipelines import atomic
from pipelines.datasets.clip import Clip
from pipelines.methods.scored_clip import ScoredClip
from pipelines.names import escape_name
from pipelines.names import read_name

# Key of the configured scorer of the training.
OWN_SCORER = ""
_COLUMNS = ("path", "machine", "section", "domain", "is_anomaly")
_SCORE = "score"


def write_cell_scores(
    path: pathlib.Path, scores: Mapping[str, Sequence[ScoredClip]]
) -> None:
    """Writes the scores of the test clips atomically.

    Args:
        path: Path of the file.
        scores: Scored clips of each scorer.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "cell.csv")
    >>> clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "test", True)
    >>> write_cell_scores(path, {OWN_SCORER: [ScoredClip(clip, 0.5)]})
    >>> print(path.read_text())
    path,machine,section,domain,is_anomaly,score
    a.wav,fan,id_00,,1,0.5
    """
    clips = {
        one.clip.path: one.clip for rows in scores.values() for one in rows
    }
    values = {
        name: {one.clip.path: one.anomaly_score for one in rows}
        for name, rows in scores.items()
    }
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*_COLUMNS, *map(_column, scores)])
    for place in sorted(clips):
        clip = clips[place]
        found = [values[name].get(place) for name in scores]
        writer.writerow(
            [
                escape_name(place),
                escape_name(clip.machine),
                escape_name(clip.section),
                clip.domain or "",
                "" if clip.is_anomaly is None else int(clip.is_anomaly),
                *("" if score is None else repr(score) for score in found),
            ]
        )
    atomic.write_text(path, text.getvalue())


def read_cell_scores(path: pathlib.Path) -> dict[str, tuple[ScoredClip, ...]]:
    """Reads a file written by `write_cell_scores`.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "cell.csv")
    >>> write_cell_scores(path, {OWN_SCORER: [], "LogOdds(form=literal)": []})
    >>> read_cell_scores(path)
    {'': (), 'LogOdds(form=literal)': ()}
    """
    text = path.read_bytes().decode("utf-8", errors="surrogateescape")
    reader = csv.DictReader(io.StringIO(text))
    columns = [name for name in reader.fieldnames or () if name not in _COLUMNS]
    found: dict[str, list[ScoredClip]] = {name: [] for name in columns}
    for row in reader:
        clip = Clip(
            pathlib.Path(read_name(row["path"])),
            read_name(row["machine"]),
            read_name(row["section"]),
            "test",
            None if row["is_anomaly"] == "" else row["is_anomaly"] == "1",
            row["domain"] or None,
        )
        for name in columns:
            if row[name]:
                found[name].append(ScoredClip(clip, float(row[name])))
    return {
        name.removeprefix(_SCORE)[2:-1]: tuple(rows)
        for name, rows in found.items()
    }


def _column(scorer: str) -> str:
    return f"{_SCORE} ({scorer})" if scorer else _SCORE
