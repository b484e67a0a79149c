"""One training of a study: its row with one seed."""

import csv
import dataclasses
import io
import json
import os
import pathlib
from collections.abc import Sequence

import numpy as np

from pipelines import atomic
from pipelines.clip import Clip
from pipelines.config import Config
from pipelines.embeddings import read_embeddings
from pipelines.evaluation import score_test_clips
from pipelines.run_folder import RunFolder
from pipelines.scored_clip import ScoredClip
from pipelines.training import train


@dataclasses.dataclass(frozen=True)
class Cell:
    """What one training came to.

    Args:
        scored_clips: The test clips with their scores.
        spread: Of the normal training clips; see `embedding_spread`.
        num_classes: Auxiliary classes it was trained to tell apart.

    >>> Cell((), spread=0.9, num_classes=12).num_classes
    12
    """

    scored_clips: tuple[ScoredClip, ...]
    spread: float
    num_classes: int


def run_cell(roots: Sequence[str], config: Config, folder: str) -> Cell:
    """Trains and scores, or reads what was found the last time.

    Args:
        roots: Data folders.
        config: Settings of the training, with its seed.
        folder: Folder of the run.

    Raises:
        FileNotFoundError: As `train`.
        ValueError: Likewise.

    >>> run_cell(["no_such_recordings"], Config(), "runs/study")
    Traceback (most recent call last):
    FileNotFoundError: `root` must be a folder of recordings, or a CSV. ...
    """
    run = RunFolder(pathlib.Path(folder))
    train(roots, config, folder)
    path = run.path / "cell.csv"
    if not path.exists():
        _write_scores(path, score_test_clips(folder, roots))
    labels = json.loads(run.labels.read_text(encoding="utf-8"))
    return Cell(
        _read_scores(path),
        embedding_spread(read_embeddings(run.embeddings).vectors),
        len(labels["classes"]),
    )


def embedding_spread(vectors: np.ndarray) -> float:
    """Root of the mean squared distance of directions to their mean.

    0 where all clips have one direction, 1 where they point everywhere.

    Args:
        vectors: Embeddings `(clips, embedding_dim)`.

    >>> embedding_spread(np.array([[2.0, 0.0], [-3.0, 0.0]]))
    1.0
    """
    vectors = np.asarray(vectors, np.float64)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    directions = vectors / np.maximum(lengths, 1e-12)
    distances = directions - directions.mean(axis=0)
    return float(np.sqrt(np.mean(np.sum(distances**2, axis=1))))


_COLUMNS = ("path", "machine", "section", "domain", "is_anomaly", "score")


def _write_scores(
    path: pathlib.Path, scored_clips: Sequence[ScoredClip]
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for scored in sorted(scored_clips, key=lambda one: one.clip.path):
        clip = scored.clip
        writer.writerow(
            [
                os.fspath(clip.path),
                clip.machine,
                clip.section,
                clip.domain or "",
                "" if clip.is_anomaly is None else int(clip.is_anomaly),
                repr(scored.anomaly_score),
            ]
        )
    atomic.write_text(path, text.getvalue())


def _read_scores(path: pathlib.Path) -> tuple[ScoredClip, ...]:
    text = path.read_bytes().decode("utf-8", errors="surrogateescape")
    return tuple(
        ScoredClip(
            Clip(
                pathlib.Path(row["path"]),
                row["machine"],
                row["section"],
                "test",
                None if row["is_anomaly"] == "" else row["is_anomaly"] == "1",
                row["domain"] or None,
            ),
            float(row["score"]),
        )
        for row in csv.DictReader(io.StringIO(text))
    )
