"""Challenge submissions with decisions from normal clips only."""

import pathlib
import tempfile
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import NoReturn

import numpy as np

from pipelines import atomic
from pipelines.calibration.gamma_threshold import decide
from pipelines.calibration.gamma_threshold import gamma_threshold
from pipelines.evaluation.official.official import guess_year
from pipelines.evaluation.official.submission import write_submission
from pipelines.methods.embeddings import Embeddings
from pipelines.methods.scored_clip import ScoredClip


def write_decided(
    folder: pathlib.Path,
    year: int | None,
    scored_clips: Sequence[ScoredClip],
    normals: Embeddings,
    normal_scores: np.ndarray,
) -> list[pathlib.Path]:
    """Writes a submission with decisions by one gamma threshold per section.

    Args:
        folder: New or empty folder.
        year: Year of the challenge; guessed from the clips if `None`.
        scored_clips: The test clips.
        normals: Embeddings of the normal clips, which have their keys.
        normal_scores: Out-of-fold scores of the normal clips, `(clips,)`.

    Raises:
        FileExistsError: If the folder is not empty.
        ValueError: If a section has too few normal clips, or for the reasons of
            `write_submission`.

    >>> nothing = np.zeros(0, int)
    >>> empty = Embeddings(np.zeros((0, 8)), nothing, nothing, nothing)
    >>> write_decided(pathlib.Path("no_such"), 2023, [], empty, nothing)
    Traceback (most recent call last):
    ValueError: There must be clips and, since 2021, one decision a clip...
    """
    year = year or guess_year([scored.clip for scored in scored_clips])
    if year == 2020:
        return write_submission(folder, year, scored_clips)
    thresholds = {}
    for key in sorted({scored.clip.key for scored in scored_clips}):
        own = normal_scores[np.unique(normals.clips[normals.keys == key])]
        try:
            thresholds[key] = gamma_threshold(own[np.isfinite(own)])
        except ValueError as error:
            raise ValueError(f"{key}: {error}") from error
    decisions = decide(scored_clips, thresholds)
    return write_submission(folder, year, scored_clips, decisions)


def check_target(target: pathlib.Path, names: Sequence[str]) -> None:
    """Refuses a folder of submissions that has other content.

    Args:
        target: Folder of the submissions, which may be missing.
        names: Names of the submissions.

    Raises:
        FileExistsError: If it is there, with other content or none.

    >>> check_target(pathlib.Path("no_such"), ["mahalanobis"])
    """
    if target.exists():
        # A command that was killed at its end may have left its own.
        here = {path.name for path in target.glob("*")}
        if not here or not here <= {*names}:
            _refuse_folder(target)


def write_submissions(
    target: pathlib.Path, decided: Mapping[str, tuple[Any, ...]]
) -> None:
    """Writes several submissions, or finds them there with equal content.

    Args:
        target: Folder for them.
        decided: Arguments of `write_decided` after the folder, by the name of
            each submission.

    Raises:
        FileExistsError: If the folder is there with other content.
        ValueError: As `write_decided`.

    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> write_submissions(folder, {})
    """

    def write(folder: pathlib.Path) -> None:
        for name, parts in decided.items():
            write_decided(folder / name, *parts)

    if not target.exists():
        with atomic.replacing(target) as temporary:
            write(temporary)
        return
    with tempfile.TemporaryDirectory() as folder:
        write(pathlib.Path(folder))
        if _contents(pathlib.Path(folder)) != _contents(target):
            _refuse_folder(target)


def _refuse_folder(folder: pathlib.Path) -> NoReturn:
    raise FileExistsError(
        "The folder of a submission must not be there yet, since the "
        f"evaluator reads whatever lies there. Received: {folder}."
    )


def _contents(folder: pathlib.Path) -> dict[pathlib.Path, bytes]:
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
