"""Normal scores: scores of a run's normal clips to calibrate with."""

import dataclasses

import numpy as np
from numpy.typing import NDArray

from keras_asd.models import AnomalyDetector
from pipelines.calibration.calibration_sources import OPTIMISTIC
from pipelines.methods.choice import choose_method
from pipelines.methods.clip_scores import score_embeddings
from pipelines.methods.clip_scores import unseen_folds
from pipelines.methods.embeddings import Embeddings
from pipelines.settings.config import Config


@dataclasses.dataclass(frozen=True)
class NormalScores:
    """Scores of a key's normal clips, and how far they can be trusted.

    Args:
        scores: Finite scores `(clips,)`.
        source: Kind of the clips. `"unseen"`: neither the embedder nor the
            scorer was fitted on them; `"out of fold"`: the embedder was, the
            scorer was not; `"trained on"`: the network was trained on them,
            and the scorer is not fitted. The last two are optimistic: fresh
            clips score higher, and raise more alarms than requested.

    >>> NormalScores(np.arange(9.0), "out of fold").is_optimistic
    True
    """

    scores: NDArray[np.float64]
    source: str = "unseen"

    @property
    def is_optimistic(self) -> bool:
        """Whether fresh clips must be expected to score higher."""
        return self.source in OPTIMISTIC


def calibration_scores(
    detector: AnomalyDetector,
    embeddings: Embeddings,
    config: Config,
    is_unseen: NDArray[np.bool_],
) -> dict[str, NormalScores]:
    """Returns scores of the normal clips as fresh clips would score.

    No clip is scored by a scorer that was fitted on it. A key takes the clips
    that the network has not seen either, if they are enough for the requested
    false-alarm rate, and else all its clips; `source` has which.
    A bare machine takes the clips of its sections, scored under its own
    name: each against the section that is nearest to it.

    Args:
        detector: Detector of the run.
        embeddings: Embeddings of the run's normal clips.
        config: Settings of the run, with the detector's scorer.
        is_unseen: Whether each clip was kept out of training, `(clips,)`.

    Returns:
        Normal scores of every key of the detector.

    >>> nothing = np.zeros(0, int)
    >>> empty = Embeddings(np.zeros((0, 8)), nothing, nothing, nothing)
    >>> calibration_scores(None, empty, Config(), nothing > 0)
    {}
    """
    if not len(embeddings.clips):
        return {}
    keys = np.full(int(embeddings.clips.max()) + 1, "", embeddings.keys.dtype)
    keys[embeddings.clips] = embeddings.keys
    owners = {
        name: (keys == name) | np.char.startswith(keys, f"{name}/")
        for name in detector.keys
    }
    found = {name: np.full(len(keys), np.nan) for name in owners}
    for fold, out in unseen_folds(detector, embeddings, config):
        for name, is_own in owners.items():
            own = out.select(is_own[out.clips])
            own = dataclasses.replace(own, keys=np.full(len(own.keys), name))
            scores = score_embeddings(fold, own)[:, 0]
            scored = np.flatnonzero(np.isfinite(scores))
            found[name][scored] = scores[scored]
    source = "out of fold" if config.scorer.is_fitted else "trained on"
    is_unseen = is_unseen[: len(keys)]
    if not choose_method(config).has_seen_clips:
        is_unseen = np.ones_like(is_unseen)
    return {
        name: _choose(found[name], is_unseen, config.false_alarm_rate, source)
        for name in owners
    }


def _choose(
    scores: NDArray[np.float64],
    is_unseen: NDArray[np.bool_],
    false_alarm_rate: float,
    source: str,
) -> NormalScores:
    is_scored = np.isfinite(scores)
    unseen = scores[is_scored & is_unseen]
    is_enough = (len(unseen) + 1) * false_alarm_rate >= 0.9999
    if is_enough or len(unseen) == is_scored.sum():
        return NormalScores(unseen)
    return NormalScores(scores[is_scored], source)
