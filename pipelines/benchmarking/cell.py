"""Cell of a benchmark: the training of a row with one seed, and its scores."""

import dataclasses
import os
import pathlib
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

from keras_asd.models import AnomalyDetector
from pipelines.benchmarking.cell_scores import CONFIGURED_SCORER
from pipelines.benchmarking.cell_scores import read_cell_scores
from pipelines.benchmarking.cell_scores import score_by_scorers
from pipelines.benchmarking.cell_scores import write_cell_scores
from pipelines.methods.embedding_files import read_embeddings
from pipelines.methods.scored_clip import ScoredClip
from pipelines.programs.train import train
from pipelines.runs.records import read_labels
from pipelines.runs.run_files import reading
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import write_config
from pipelines.runs.stages import find_run
from pipelines.settings.config import Config


@dataclasses.dataclass(frozen=True)
class Cell:
    """Results of one training.

    Args:
        scored_clips: Test clips with the scores of the configured scorer.
        spread: Spread of the embeddings of normal training clips, see
            `embedding_spread`.
        num_classes: Number of auxiliary classes.
        by_scorer: Test clips with the scores of further scorers, by their
            names; empty for a scorer that could not be fitted.

    >>> Cell((), spread=0.9, num_classes=12).num_classes
    12
    """

    scored_clips: tuple[ScoredClip, ...]
    spread: float
    num_classes: int
    by_scorer: Mapping[str, tuple[ScoredClip, ...]] = dataclasses.field(
        default_factory=dict
    )


def run_cell(
    roots: Sequence[str],
    config: Config,
    folder: str,
    scorers: Sequence[str] = (),
    detector: AnomalyDetector | None = None,
) -> Cell:
    """Trains and scores, or reads the results of an earlier call.

    Args:
        roots: Data folders.
        config: Settings of the training, with its seed.
        folder: Folder of the run.
        scorers: Names of further scorers, fitted on the same embeddings.
        detector: Detector from `train`, if it was already called.

    Raises:
        FileNotFoundError: If data are missing, see `train`.
        ValueError: If the training is not possible, see `train`.

    >>> run_cell(["no_such_recordings"], Config(), "runs/study")
    Traceback (most recent call last):
    FileNotFoundError: `root` must be a folder of recordings, or a CSV. ...
    """
    if detector is None:
        detector = train(roots, config, folder)
    path = _scores_path(folder)
    if _read_scores(path, scorers) is None:
        scores = score_by_scorers(folder, roots, scorers, detector)
        write_cell_scores(path, scores)
    cell = read_cell(roots, config, folder, scorers)
    if cell is None:
        raise FileNotFoundError(
            "The files of a training must not be moved or deleted. Received: "
            f"folder={folder}, where they are missing. Run it again."
        )
    return cell


def read_cell(
    roots: Sequence[str],
    config: Config,
    folder: str,
    scorers: Sequence[str] = (),
) -> Cell | None:
    """Reads the results of `run_cell`, `None` if it has not ended.

    Raises:
        ValueError: If the folder has a training with other settings.

    >>> read_cell(["recordings"], Config(), "no_such_run") is None
    True
    """
    whole, run = RunFolder(pathlib.Path(folder)), find_run(folder)
    scores = _read_scores(_scores_path(folder), scorers)
    if scores is None or not run.labels.exists():
        return None
    if whole.config.exists():
        write_config(whole, config, [os.path.abspath(root) for root in roots])
    return Cell(
        scores.pop(CONFIGURED_SCORER),
        embedding_spread(read_embeddings(run.embeddings).vectors),
        len(read_labels(run).classes),
        {name: scores[name] for name in scorers},
    )


def _scores_path(folder: str) -> pathlib.Path:
    return pathlib.Path(folder) / "cell.csv"


def _read_scores(
    path: pathlib.Path, scorers: Sequence[str]
) -> dict[str, tuple[ScoredClip, ...]] | None:
    """Scores of the configured and all further scorers, or none at all."""
    if not path.exists():
        return None
    with reading(path, "The scores of a training", "Remove them to go on."):
        scores = read_cell_scores(path)
    return scores if {CONFIGURED_SCORER, *scorers} <= set(scores) else None


def embedding_spread(vectors: np.ndarray) -> float:
    """Root mean square distance of directions to their mean.

    0 if all clips have the same direction, 1 if directions are uniform.

    Args:
        vectors: Embeddings, `(clips, embedding_dim)`.

    >>> embedding_spread(np.array([[2.0, 0.0], [-3.0, 0.0]]))
    1.0
    """
    vectors = np.asarray(vectors, np.float64)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    directions = vectors / np.maximum(lengths, 1e-12)
    distances = directions - directions.mean(axis=0)
    return float(np.sqrt(np.mean(np.sum(distances**2, axis=1))))
