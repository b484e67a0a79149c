"""Gamma threshold of the DCASE baselines, and its decisions."""

from collections.abc import Mapping
from collections.abc import Sequence

from numpy.typing import ArrayLike

from pipelines.calibration.tail_distributions import fit_gamma
from pipelines.methods.scored_clip import ScoredClip


def gamma_threshold(normal_scores: ArrayLike, share: float = 0.9) -> float:
    """Returns the quantile of a gamma distribution fitted to normal scores.

    The challenge's baselines fit shape, location and scale by maximum
    likelihood and take the 0.9 quantile; see `fit_gamma`. Scores may be
    negative, since the location is fitted too. On the baselines'
    reconstruction errors the threshold is theirs to a thousandth of a
    deviation.

    Args:
        normal_scores: Anomaly scores of normal training clips, `(clips,)`,
            at least ten, not all equal.
        share: Share of the normal clips below the threshold, in `(0, 1)`.

    Raises:
        ValueError: Where the scores are too few, constant, not finite, or
            `share` is out of range.

    >>> import numpy as np
    >>> scores = np.random.default_rng(0).gamma(5.0, 2.0, size=2000)
    >>> round(float(np.mean(scores <= gamma_threshold(scores))), 2)
    0.9

    Reference: the official baselines of DCASE Task 2, 2021 to 2026.
    """
    if not 0 < share < 1:
        raise ValueError(
            "`share` must be a share of the normal clips, 0 < share < 1. "
            f"Received: share={share}. The challenge's baselines take 0.9."
        )
    return float(fit_gamma(normal_scores).ppf(share))


def decide(
    scored_clips: Sequence[ScoredClip], thresholds: Mapping[str, float]
) -> list[bool]:
    """Returns which clips score above the threshold of their section.

    Args:
        scored_clips: Scored clips in any order.
        thresholds: Threshold of each `key`, `<machine>/<section>`.

    Raises:
        ValueError: Where a section has no threshold.

    >>> import pathlib
    >>> from pipelines.datasets.clip import Clip
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
