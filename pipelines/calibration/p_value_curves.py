"""P-value curves: from normal scores to knots of score and p-value."""

import dataclasses

import numpy as np
from numpy.typing import NDArray

from pipelines.calibration.tail_distributions import Tail
from pipelines.calibration.tail_distributions import fit_gamma
from pipelines.calibration.tail_distributions import fit_tail

METHODS = ("empirical", "gamma")
# P-values end here: nothing is known of rarer scores.
LEAST_P_VALUE = 1e-6
# The smooth tail is fitted on the highest tenth of at least so many scores.
MIN_TAIL_CLIPS, TAIL_PART = 100, 10
# The highest scores are knots each, lower ones are thinned.
NUM_HIGHEST, NUM_BULK_KNOTS, NUM_TAIL_KNOTS = 32, 64, 32


@dataclasses.dataclass(frozen=True)
class Curve:
    """Knots from scores to p-values, with a smooth tail.

    Args:
        scores: Rising scores `(knots,)`.
        p_values: Falling p-values `(knots,)`.
        tail: Name of the tail's distribution, `""` without one.
        fit_p_value: P-value of a test of the scores against that tail, NaN
            without one.
    """

    scores: NDArray[np.float64]
    p_values: NDArray[np.float64]
    tail: str = ""
    fit_p_value: float = float("nan")


def fit_curve(
    scores: NDArray[np.float64], method: str = "empirical"
) -> Curve | None:
    """Fits the curve of p-values of one key.

    `"empirical"`: a fresh clip lies above the k-th highest of n scores with
    probability k / (n + 1), whatever their distribution; between them the
    logarithm is a straight line. Beyond the highest of a hundred and more a
    tail of `fit_tail` goes on. (Where a tail took over earlier, thresholds
    drawn from few clips let pass twice as many alarms as requested.)
    `"gamma"`: the distribution that DCASE's baselines take their thresholds
    from, over all scores; its p-value of 0.1 lies at their threshold.

    Args:
        scores: Finite scores of normal clips, `(clips,)`.
        method: `"empirical"` or `"gamma"`.

    Returns:
        The curve; `None` where there are too few scores, or all are equal.

    Raises:
        ValueError: If there is no such method.

    >>> curve = fit_curve(np.arange(1.0, 10.0))
    >>> round(float(curve.p_values[-1]), 2), curve.tail
    (0.1, '')

    Reference: Vovk, Gammerman & Shafer, https://doi.org/10.1007/b106715
    """
    if method not in METHODS:
        raise ValueError(
            f"`method` must be one of {', '.join(METHODS)}. "
            f"Received: method={method!r}."
        )
    scores = np.sort(np.asarray(scores, "float64"))
    peak = np.abs(scores).max(initial=0.0)
    if not len(scores) or np.ptp(scores) <= 1e-12 * peak:
        return None
    if method == "gamma":
        return _gamma_curve(scores)
    size = len(scores)
    highest = np.arange(1, min(size, NUM_HIGHEST) + 1)
    lower = np.geomspace(highest[-1], size, NUM_BULK_KNOTS)
    ranks = np.unique([*highest, *np.round(lower).astype(int)])
    bulk = scores[size - ranks[::-1]]
    # Equal scores have the largest of their ranks.
    ranks = size - np.searchsorted(scores, bulk)
    below = scores[0] - scores.std()
    curve = Curve(
        np.concatenate([[below], bulk]),
        np.concatenate([[1.0], ranks / (size + 1)]),
    )
    if size < MIN_TAIL_CLIPS:
        return curve
    return _with_tail(curve, fit_tail(scores, size // TAIL_PART))


def _with_tail(curve: Curve, tail: Tail) -> Curve:
    """The curve continued beyond the highest score by the tail."""
    highest, reached = curve.scores[-1], curve.p_values[-1]
    p_values = np.geomspace(reached, LEAST_P_VALUE, NUM_TAIL_KNOTS + 1)[1:]
    shares = tail.share_above(highest) * p_values / reached
    scores = np.maximum.accumulate([highest, *tail.quantile(shares)])[1:]
    return Curve(
        np.concatenate([curve.scores, scores]),
        np.concatenate([curve.p_values, p_values]),
        tail.name,
        tail.fit_p_value,
    )


def _gamma_curve(scores: NDArray[np.float64]) -> Curve | None:
    try:
        gamma = fit_gamma(scores)
    except ValueError:
        return None
    bulk = np.linspace(0.99, 0.11, NUM_BULK_KNOTS)
    p_values = np.concatenate(
        [bulk, np.geomspace(0.1, LEAST_P_VALUE, 3 * NUM_TAIL_KNOTS)]
    )
    return Curve(gamma.isf(p_values), p_values, "gamma")
