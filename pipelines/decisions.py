"""From scores of normal clips to a threshold, and to decisions."""

from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
import scipy.stats
from numpy.typing import ArrayLike

from pipelines.scored_clip import ScoredClip

_MIN_SCORES = 10


def gamma_threshold(normal_scores: ArrayLike, share: float = 0.9) -> float:
    """Returns the quantile of a gamma distribution fitted to normal scores.

    The challenge's baselines fit shape, location and scale by maximum
    likelihood and take the 0.9 quantile. Scores may be negative, since the
    location is fitted too. Here the scores are first shifted to mean 0 and
    scaled to deviation 1, and the threshold is put back: on the baselines'
    reconstruction errors this is the same to a thousandth of a deviation,
    and on scores near a constant, such as negative cosines, the fit does
    not run away (to 78 deviations, in one trial).

    Args:
        normal_scores: Anomaly scores of normal training clips, `(clips,)`,
            at least ten, not all equal.
        share: Float in `(0, 1)`, the normal clips to be called normal.

    Raises:
        ValueError: Where the scores are too few, constant, not finite, or
            `share` is out of range.

    >>> scores = np.random.default_rng(0).gamma(5.0, 2.0, size=2000)
    >>> round(float(np.mean(scores <= gamma_threshold(scores))), 2)
    0.9

    Reference: the official baselines of DCASE Task 2, 2021 to 2026.
    """
    scores = np.asarray(normal_scores, dtype=np.float64)
    if not 0 < share < 1:
        raise ValueError(
            "`share` must be a share of the normal clips, 0 < share < 1. "
            f"Received: share={share}. The challenge's baselines take 0.9."
        )
    if scores.ndim != 1 or scores.size < _MIN_SCORES:
        raise ValueError(
            f"`normal_scores` must be a row of at least {_MIN_SCORES} scores. "
            f"Received: normal_scores of shape {scores.shape}. Take the "
            "training clips of both domains together."
        )
    if not np.all(np.isfinite(scores)):
        raise ValueError(
            "`normal_scores` must be finite. Received: "
            f"{np.sum(~np.isfinite(scores))} of {scores.size} that are NaN "
            "or infinite."
        )
    mean, deviation = float(scores.mean()), float(scores.std())
    if deviation <= 1e-12 * float(np.max(np.abs(scores))):
        raise ValueError(
            "`normal_scores` must not all be equal. Received: "
            f"{scores.size} times {mean}. Were the clips used as their own "
            "references? Score clips that were held out."
        )
    fitted = scipy.stats.gamma.fit((scores - mean) / deviation)
    return mean + deviation * float(scipy.stats.gamma.ppf(share, *fitted))


def decide(
    scored_clips: Sequence[ScoredClip], thresholds: Mapping[str, float]
) -> list[bool]:
    """Returns which clips score above the threshold of their section.

    Args:
        scored_clips: In any order.
        thresholds: For each clip's `key`, `<machine>/<section>`, a score.

    Raises:
        ValueError: Where a section has no threshold.

    >>> import pathlib
    >>> from pipelines.clip import Clip
    >>> clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "test", None)
    >>> decide([ScoredClip(clip, 0.7)], {"fan/id_00": 0.5})
    [True]
    """
    keys = {scored.clip.key for scored in scored_clips}
    if missing := sorted(keys - set(thresholds)):
        raise ValueError(
            "`thresholds` must hold one for each section. Received: "
            f"thresholds of {sorted(thresholds)}, without {missing[0]!r}. "
            "Has the section normal clips to train on?"
        )
    return [
        scored.anomaly_score > thresholds[scored.clip.key]
        for scored in scored_clips
    ]
