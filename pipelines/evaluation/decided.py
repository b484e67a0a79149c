"""Challenge submissions with decisions from normal clips only."""

import pathlib
from collections.abc import Sequence

import numpy as np

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
