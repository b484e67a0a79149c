"""False-alarm rates: their thresholds and intervals."""

import numpy as np
import scipy.stats
from keras import ops
from numpy.typing import NDArray

from keras_asd.rates import SLACK
from keras_asd.scorers import Calibration
from pipelines.runs.holdout import needed_clips as needed_clips

CONFIDENCE = 0.95


def least_rate(num_clips: int) -> float:
    """Returns the least false-alarm rate that normal clips can ensure.

    A fresh clip is above all `num_clips` others with probability
    `1 / (num_clips + 1)`; no threshold drawn from them ensures less.

    >>> least_rate(99)
    0.01
    """
    return 1.0 / (num_clips + 1)


def rate_interval(
    rate: float, num_clips: int, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """Returns an interval of the achieved false-alarm rate of a threshold.

    The share of all normal clips above the k-th highest of n is distributed
    as Beta(k, n + 1 - k), whatever the scores are; here `k` is
    `rate * (n + 1)`, so that the mean is `rate`.

    Args:
        rate: Requested rate, in `(0, 1)`.
        num_clips: Number of normal clips that the threshold was drawn from.
        confidence: Share of such thresholds within the interval.

    Returns:
        Lower and upper end.

    >>> low, high = rate_interval(0.05, 199)
    >>> round(low, 3), round(high, 3)
    (0.024, 0.084)

    Reference: Wilks, https://doi.org/10.1214/aoms/1177731788
    """
    above = rate * (num_clips + 1)
    beta = scipy.stats.beta(above, num_clips + 1 - above)
    return tuple(beta.interval(confidence))


def fresh_alarms_band(
    rate: float,
    num_clips: int,
    num_fresh: int,
    confidence: float = CONFIDENCE,
) -> tuple[int, int]:
    """Returns a band of the number of alarms among fresh normal clips.

    Beta-binomial: it allows for the chance in the fresh clips as well as in
    those that the threshold was drawn from.

    Args:
        rate: Requested rate, in `(0, 1)`.
        num_clips: Number of normal clips that the threshold was drawn from.
        num_fresh: Number of fresh normal clips.
        confidence: Least probability of a number within the band.

    Returns:
        Least and largest number.

    >>> fresh_alarms_band(0.05, num_clips=500, num_fresh=1000)
    (29, 75)
    """
    above = rate * (num_clips + 1)
    alarms = scipy.stats.betabinom(num_fresh, above, num_clips + 1 - above)
    low, high = alarms.interval(confidence)
    return int(low), int(high)


def find_threshold(
    scores: NDArray[np.float64], p_values: NDArray[np.float64], rate: float
) -> float:
    """Returns the score from which on the p-value is at most a rate.

    The rate has the slack for roundings that decisions of `Calibration` have.

    Args:
        scores: Rising scores of the knots of a curve, `(knots,)`.
        p_values: Falling p-values of the knots, `(knots,)`.
        rate: Requested rate.

    Returns:
        Threshold; infinite where no p-value is as small.

    >>> curve = np.array([1.0, 3.0]), np.array([1.0, 0.01])
    >>> round(find_threshold(*curve, 0.1), 3)
    2.0
    """
    if not p_values[-1] <= rate * SLACK:
        return float("inf")
    # The first of equal p-values: the curve is searched from its end.
    levels = np.log(p_values[::-1])
    return float(np.interp(np.log(rate * SLACK), levels, scores[::-1]))


def thresholds(calibration: Calibration, rate: float) -> NDArray[np.float64]:
    """Returns the threshold of every key for a requested false-alarm rate.

    Args:
        calibration: Fitted calibration.
        rate: Requested rate, in `(0, 1)`.

    Returns:
        Scores `(num_keys,)`; NaN where the key is not calibrated, or its
        clips are too few to ensure the rate; infinite where they are
        enough, but no p-value is as small, since high scores are equal.

    >>> calibration = Calibration(1).fit([([1.0, 2.0], [0.0, -3.0])], [40])
    >>> thresholds(calibration, 0.1).round(2).tolist()
    [1.77]
    """
    tables = [
        np.asarray(ops.convert_to_numpy(weight), "float64")
        for weight in calibration.weights
    ]
    return np.array(
        [
            find_threshold(scores, np.exp(levels), rate)
            if num_clips > 0 and rate * SLACK * (num_clips + 1) >= 1
            else np.nan
            for scores, levels, num_clips in zip(*tables, strict=True)
        ]
    )
