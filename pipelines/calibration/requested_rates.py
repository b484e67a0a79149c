"""Requested false-alarm rates, and the decisions that they make."""

import numpy as np

from keras_asd.rates import SLACK


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


def decide(
    p_value: np.ndarray,
    valid: np.ndarray,
    least_rate: np.ndarray,
    rate: float,
) -> np.ndarray:
    """Decides as `AnomalyDetector` does, for a rate that it was not asked for.

    Args:
        p_value: P-values `(batch,)`, NaN where there is none.
        valid: Whether each recording is valid, `(batch,)`.
        least_rate: Least rate that can be requested of the machine of each,
            `(batch,)`; NaN for one without a calibration.
        rate: Requested share of normal clips that raise an alarm.

    Returns:
        Decisions `(batch,)`, int32: 1 for an alarm, 0 for none, -1 where
        none is possible.

    >>> p_value, valid = np.array([0.01, 0.2, 0.2]), np.array([1, 1, 0]) > 0
    >>> decide(p_value, valid, np.array([0.01, 0.01, 0.01]), 0.05).tolist()
    [1, 0, -1]
    >>> decide(p_value[:1], valid[:1], np.array([0.01]), 0.001).tolist()
    [-1]
    """
    most = np.float32(rate) * np.float32(SLACK)
    is_alarm = np.asarray(p_value, "float32") <= most
    is_known = np.isfinite(p_value) & np.isfinite(least_rate)
    is_possible = is_known & (np.asarray(least_rate, "float32") <= most)
    is_decided = is_possible & (valid | is_alarm)
    return np.where(is_decided, is_alarm, -1).astype("int32")
