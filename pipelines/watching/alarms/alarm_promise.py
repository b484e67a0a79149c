"""Promised rate of false alarms, from sound that a watch heard itself.

Neighbouring windows sound alike, and a machine has better and worse hours: how
often four of six windows are strange does not follow from how often one is. So
the limit comes from whole spells in hours of normal sound: a spell lasts while
the strangeness is above its median, and has one peak, however long it is. The
excess of the highest peaks over the next one is taken as exponential, the
limit of the extremes of most distributions (peaks over threshold after
declustering; Coles, An introduction to statistical modeling of extreme values,
2001, chapters 4 and 5), and the limit is where it predicts the requested rate.
"""

import math
from collections.abc import Sequence

import numpy as np

from pipelines.watching.alarms.alarm_limit import AlarmLimit
from pipelines.watching.alarms.alarm_limit import AlarmSettings
from pipelines.watching.alarms.alarm_rule import strangeness_series

WEEK_HOURS = 168.0
# Highest peaks that the tail is fitted on, and how many there must be at least.
NUM_PEAKS, LEAST_PEAKS = 20, 10
# A rate is promised where in the hours heard at least so many false alarms
# were to be expected: rarer ones are beyond what the fit can be trusted with.
LEAST_EXPECTED = 1.0 / 7.0


def needed_hours(false_alarms_per_week: float) -> float:
    """Hours of normal sound of a machine that a rate can be promised with.

    >>> round(needed_hours(1.0), 1)
    24.0
    """
    return LEAST_EXPECTED * WEEK_HOURS / false_alarms_per_week


def least_rate(hours: float) -> float:
    """Least rate of false alarms a week that hours of sound can promise.

    >>> round(least_rate(6.0), 1)
    4.0
    """
    return math.inf if hours <= 0 else LEAST_EXPECTED * WEEK_HOURS / hours


def spell_peaks(strangeness: np.ndarray, end: float) -> np.ndarray:
    """Highest strangeness of each spell that does not fall below `end`.

    Args:
        strangeness: Strangeness in order of time, `(windows,)`.
        end: Strangeness below which a spell ends.

    Returns:
        `(spells,)`, in order of time.

    >>> spell_peaks(np.array([0.0, 2.0, 3.0, 0.0, 2.0]), 1.0)
    array([3., 2.])
    """
    (above,) = np.nonzero(strangeness >= end)
    if not len(above):
        return np.zeros(0)
    firsts = np.concatenate([[0], np.nonzero(np.diff(above) > 1)[0] + 1])
    return np.maximum.reduceat(strangeness[above], firsts)


def fit_limit(
    parts: Sequence[np.ndarray], step_seconds: float, settings: AlarmSettings
) -> AlarmLimit | None:
    """The limit that keeps the requested rate, or the least that can be kept.

    Args:
        parts: Anomaly scores of normal sound in order of time, an array for
            each stretch without a gap, `(windows,)`.
        step_seconds: Seconds from window to window.
        settings: The rule, and the requested rate.

    Returns:
        Limit, with the rate that it promises: the requested one, or a higher
        one where the hours are too few; `None` with too few spells.

    >>> scores = np.random.default_rng(0).normal(size=24 * 360)
    >>> limit = fit_limit([scores], 10.0, AlarmSettings())
    >>> limit.promised_per_week, limit.hours, 1.2 < limit.begin < 2.4
    (1.0, 24.0, True)
    """
    series = [strangeness_series(part, settings) for part in parts]
    num_windows = sum(len(part) for part in series)
    if not num_windows:
        return None
    end = float(np.median(np.concatenate(series)))
    peaks = np.sort(
        np.concatenate([spell_peaks(part, end) for part in series])
    )[::-1]
    number = min(NUM_PEAKS, len(peaks) - 1)
    if number < LEAST_PEAKS:
        return None
    hours = sum(len(part) for part in parts) * step_seconds / 3600.0
    asked, rate = settings.false_alarms_per_week, least_rate(hours)
    # Enough but for a few windows is enough.
    rate = asked if rate <= 1.02 * asked else rate
    least = float(peaks[number])
    excess = float(peaks[:number].mean()) - least
    expected = rate * hours / WEEK_HOURS
    begin = least + excess * max(0.0, math.log(number / expected))
    return AlarmLimit(max(begin, end), end, False, rate, hours)


def describe_promise(
    limit: AlarmLimit, settings: AlarmSettings, hours: float
) -> str:
    """The sentence that says what is promised.

    Args:
        limit: Limit in use.
        settings: The requested rate.
        hours: Hours of sound heard of the machine so far.

    >>> describe_promise(AlarmLimit(1.0, 0.0, True), AlarmSettings(), 2.0)
    'provisional: 2 of 24 hours of normal sound heard that 1 false alarm a ...
    """
    asked = settings.false_alarms_per_week
    needed = needed_hours(asked)
    if limit.promised_per_week is None:
        return (
            f"provisional: {hours:.3g} of {needed:.3g} hours of normal sound "
            f"heard that {_count(asked)} a week rests on"
        )
    kept = (
        f"{_count(limit.promised_per_week)} a week, from {limit.hours:.3g} "
        "hours that were taken to be normal"
    )
    if limit.promised_per_week <= asked:
        return f"promised: {kept}"
    return (
        f"provisional: {kept}; {needed:.3g} hours are needed for "
        f"{_count(asked)} a week"
    )


def _count(number: float) -> str:
    shown = f"{number:.3g}"
    return f"{shown} false alarm{'' if shown == '1' else 's'}"
