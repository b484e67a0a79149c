"""P-value curves that promise a false-alarm rate to every domain."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipelines.calibration.false_alarms import needed_clips
from pipelines.calibration.normal_scores import NormalScores
from pipelines.calibration.p_value_curves import Curve
from pipelines.calibration.p_value_curves import fit_curve


def fit_domains(
    normal: NormalScores, method: str = "empirical", rate: float = 0.05
) -> tuple[Curve | None, int]:
    """Fits the curve of a key, whose p-value is the largest of its domains.

    A threshold drawn from all clips together lets too many alarms pass in the
    domain that scores higher. So each domain with the clips that the rate needs
    has a curve of its own, and a score's p-value is the largest of these and of
    that of all clips together. A domain with fewer gets no promise. Clips that
    were enrolled after the training count as a domain.

    Args:
        normal: Normal scores of the key.
        method: `"empirical"` or `"gamma"`; see `fit_curve`.
        rate: Requested false-alarm rate.

    Returns:
        The curve, `None` as `fit_curve`; and the least number of clips behind
        what it promises.

    >>> scores = np.concatenate([np.arange(100.0), np.arange(50.0) + 200])
    >>> normal = NormalScores(scores, np.arange(150) >= 100)
    >>> curve, num_clips = fit_domains(normal)
    >>> num_clips
    50
    >>> ten_percent = np.interp(np.log(0.1), np.log(curve.p_values[::-1]),
    ...     curve.scores[::-1])
    >>> round(float(ten_percent))
    245
    """
    curve = fit_curve(normal.scores, method)
    num_clips = len(normal.scores)
    if curve is None:
        return None, num_clips
    for is_own in normal.domains.values():
        own = normal.scores[is_own]
        if len(own) < needed_clips(rate) or len(own) == len(normal.scores):
            continue
        of_domain = fit_curve(own, method)
        if of_domain is not None:
            curve = highest_curve([curve, of_domain])
            num_clips = min(num_clips, len(own))
    return curve, num_clips


def highest_curve(curves: Sequence[Curve]) -> Curve:
    """The curve of the largest p-value of some curves at every score.

    Args:
        curves: Curves; the facts of the tail are those of the first.

    >>> low = Curve(np.array([0.0, 1.0]), np.array([1.0, 0.01]))
    >>> high = Curve(np.array([0.0, 2.0]), np.array([1.0, 0.1]))
    >>> highest_curve([low, high]).p_values.round(2).tolist()
    [1.0, 0.32, 0.1]
    """
    first, *others = curves
    for other in others:
        knots = np.unique(np.concatenate([first.scores, other.scores]))
        gap = _levels(first, knots) - _levels(other, knots)
        # Where the curves cross between two knots there is one more.
        is_crossed = gap[:-1] * gap[1:] < 0
        start, width = knots[:-1], np.diff(knots)
        share = gap[:-1] / np.where(is_crossed, gap[:-1] - gap[1:], 1.0)
        crossings = (start + share * width)[is_crossed]
        knots = np.unique(np.concatenate([knots, crossings]))
        levels = np.maximum(_levels(first, knots), _levels(other, knots))
        first = Curve(
            knots,
            np.exp(np.minimum.accumulate(levels)),
            first.tail,
            first.fit_p_value,
        )
    return first


def _levels(curve: Curve, scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithms of p-values at some scores, as `Calibration` reads a curve."""
    table, last = np.unique(curve.scores[::-1], return_index=True)
    levels = np.log(curve.p_values[::-1])[last]
    return np.interp(scores, table, levels)
