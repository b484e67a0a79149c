"""False-alarm rates: requested rates, their thresholds and intervals."""

import numpy as np
import scipy.stats
from keras import ops
from numpy.typing import NDArray

from keras_asd.scorers import Calibration
from keras_asd.scorers.calibration import SLACK

CONFIDENCE = 0.95


def requested_rate(
    rate: float | None = None,
    one_in: float | None = None,
    per_day: float | None = None,
    clips_per_day: float | None = None,
) -> float | None:
    """Returns the false-alarm rate that a request means.

    Args:
        rate: Share of the normal clips.
        one_in: Number of normal clips with at most one false alarm.
        per_day: Number of false alarms a day, at `clips_per_day` clips a day.
        clips_per_day: Number of clips that are scored in a day.

    Returns:
        Share in `(0, 1)`; `None` if nothing is requested.

    Raises:
        ValueError: If several rates are requested, or half of one, or one out
            of range.

    >>> requested_rate(one_in=200)
    0.005
    >>> requested_rate(per_day=2, clips_per_day=8640) == 1 / 4320
    True
    """
    requests = (rate, one_in, per_day)
    is_half = (per_day is None) != (clips_per_day is None)
    if sum(request is not None for request in requests) > 1 or is_half:
        raise ValueError(
            "A requested rate must be a share, or one in so many clips, or so "
            "many a day with the clips a day. Received: "
            f"rate={rate}, one_in={one_in}, per_day={per_day}, "
            f"clips_per_day={clips_per_day}."
        )
    if one_in is not None:
        rate = 1.0 / one_in if one_in > 0 else np.nan
    elif per_day is not None and clips_per_day is not None:
        rate = per_day / clips_per_day if clips_per_day > 0 else np.nan
    if rate is not None and not 0 < rate < 1:
        raise ValueError(
            "A requested false-alarm rate must be a share of the normal "
            f"clips, above 0 and below 1. Received: a rate of {rate}."
        )
    return rate


def least_rate(num_clips: int) -> float:
    """Returns the least false-alarm rate that normal clips can ensure.

    A fresh clip is above all `num_clips` others with probability
    `1 / (num_clips + 1)`; no threshold drawn from them ensures less.

    >>> least_rate(99)
    0.01
    """
    return 1.0 / (num_clips + 1)


def needed_clips(rate: float) -> int:
    """Returns how many normal clips a false-alarm rate needs.

    >>> needed_clips(0.01)
    99
    """
    return int(np.ceil(1.0 / rate - 1e-9)) - 1


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
