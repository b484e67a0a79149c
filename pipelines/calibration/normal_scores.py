"""Normal scores: scores of a run's normal clips to calibrate with."""

import dataclasses
from collections.abc import Collection
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from keras_asd.models import AnomalyDetector
from pipelines.methods.clip_scores import score_embeddings
from pipelines.methods.clip_scores import unseen_folds
from pipelines.methods.embeddings import Embeddings
from pipelines.settings.config import Config


@dataclasses.dataclass(frozen=True)
class NormalScores:
    """Scores of a key's normal clips, as fresh clips would score.

    Neither the embedder nor the scorer was fitted on the clips.

    Args:
        scores: Finite scores `(clips,)`.
        is_target: Whether each clip is of the target domain, `(clips,)`; `None`
            if unknown.
        is_enrolled: Whether each clip came to the run after its training,
            `(clips,)`; `None` if none did.

    >>> NormalScores(np.zeros(0)).source
    'uncalibrated'
    """

    scores: NDArray[np.float64]
    is_target: NDArray[np.bool_] | None = None
    is_enrolled: NDArray[np.bool_] | None = None

    def __post_init__(self):
        if self.is_target is not None and (
            len(self.is_target) != len(self.scores)
        ):
            raise ValueError(
                "There must be a domain for each score. Received: "
                f"{len(self.is_target)} domains of {len(self.scores)} scores."
            )

    @property
    def source(self) -> str:
        """`"unseen"`, or `"uncalibrated"` without clips."""
        return "unseen" if len(self.scores) else "uncalibrated"

    @property
    def counts(self) -> dict[str, int]:
        """Number of clips of each domain; see `domains`."""
        counts = {name: int(one.sum()) for name, one in self.domains.items()}
        if self.is_enrolled is None:
            del counts["enrolled"]
        return counts

    @property
    def domains(self) -> dict[str, NDArray[np.bool_]]:
        """Clips of `"source"` (or unknown), `"target"` and `"enrolled"`."""
        none = np.zeros(len(self.scores), bool)
        is_target = none if self.is_target is None else self.is_target
        is_late = none if self.is_enrolled is None else self.is_enrolled
        return {
            "source": ~is_target & ~is_late,
            "target": is_target & ~is_late,
            "enrolled": is_late,
        }


def calibration_scores(
    detector: AnomalyDetector,
    embeddings: Embeddings,
    config: Config,
    is_unseen: NDArray[np.bool_],
    folds: Iterable[tuple[AnomalyDetector, Embeddings]] | None = None,
    names: Collection[str] | None = None,
) -> dict[str, NormalScores]:
    """Returns scores of the normal clips as fresh clips would score.

    No clip is scored by a scorer that was fitted on it, and none is taken that
    the network was trained on: fresh clips score higher than those, and would
    raise more alarms than requested. A key without other clips has no scores.
    A bare machine takes the clips of its sections, scored under its own
    name: each against the section that is nearest to it.

    Args:
        detector: Detector of the run.
        embeddings: Embeddings of the run's normal clips.
        config: Settings of the run, with the detector's scorer.
        is_unseen: Whether the embedder was not trained on each clip, from
            `find_unseen`, `(clips,)`.
        folds: Detectors with the clips that each has not seen; those of
            `unseen_folds` if `None`.
        names: Keys of the detector to score; all if `None`.

    Returns:
        Normal scores of these keys.

    >>> nothing = np.zeros(0, int)
    >>> empty = Embeddings(np.zeros((0, 8)), nothing, nothing, nothing)
    >>> calibration_scores(None, empty, Config(), nothing > 0)
    {}
    """
    if not len(embeddings.clips):
        return {}
    keys = np.full(int(embeddings.clips.max()) + 1, "", embeddings.keys.dtype)
    keys[embeddings.clips] = embeddings.keys
    is_target = np.zeros(len(keys), bool)
    is_target[embeddings.clips] = embeddings.is_target
    owners = {
        name: (keys == name) | np.char.startswith(keys, f"{name}/")
        for name in detector.keys
        if names is None or name in names
    }
    if folds is None:
        folds = unseen_folds(detector, embeddings, config)
    found = {name: np.full(len(keys), np.nan) for name in owners}
    for fold, out in folds:
        for name, is_own in owners.items():
            own = out.select(is_own[out.clips])
            own = dataclasses.replace(own, keys=np.full(len(own.keys), name))
            scores = score_embeddings(fold, own)[:, 0]
            scored = np.flatnonzero(np.isfinite(scores))
            found[name][scored] = scores[scored]
    is_unseen = is_unseen[: len(keys)]
    is_taken = {
        name: np.isfinite(scores) & is_unseen for name, scores in found.items()
    }
    is_enrolled = None
    if embeddings.is_enrolled is not None:
        is_enrolled = np.zeros(len(keys), bool)
        is_enrolled[embeddings.clips] = embeddings.is_enrolled
    return {
        name: NormalScores(
            scores[is_taken[name]],
            is_target[is_taken[name]],
            None if is_enrolled is None else is_enrolled[is_taken[name]],
        )
        for name, scores in found.items()
    }
