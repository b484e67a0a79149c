"""Alarm rule: k of the last n windows beyond a limit, with onset and end."""

import collections
import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from pipelines.watching.alarms.alarm_limit import AlarmLimit
from pipelines.watching.alarms.alarm_limit import AlarmSettings
from pipelines.watching.judged_window import JudgedWindow


@dataclasses.dataclass(frozen=True)
class Change:
    """The beginning or the end of an alarm.

    Args:
        is_alarm: Whether the alarm begins.
        onset: Time of the first window that it was raised by, in seconds
            since 1970.
        peak: Highest strangeness in the alarm so far.
    """

    is_alarm: bool
    onset: float
    peak: float


class AlarmRule:
    """Raises and ends the alarms of one machine.

    The strangeness of the moment is the k-th highest anomaly score of the last
    n windows. An alarm begins where it reaches the limit, and ends where it
    falls below the level that it usually has, so that one spell of unusual
    sound is one alarm. Windows that cannot be judged are passed over; after a
    gap longer than n windows the rule begins anew, and an alarm stays.

    Args:
        settings: k and n.
        limit: What strangeness raises and ends an alarm.
        state: What `state` returned, of an earlier process.

    >>> settings = AlarmSettings(num_strange=2, num_windows=3)
    >>> rule = AlarmRule(settings, AlarmLimit(begin=5.0, end=2.0))
    >>> def judge(time, score):
    ...     return rule.judge(JudgedWindow("", "fan", "", 0, time, 1.0, score,
    ...         0.5))
    >>> [judge(float(i), score) for i, score in enumerate([1.0, 9.0, 1.0])]
    [None, None, None]
    >>> judge(3.0, 8.0)
    Change(is_alarm=True, onset=1.0, peak=8.0)
    >>> rule.strangeness, rule.is_alarm
    (8.0, True)
    """

    def __init__(
        self,
        settings: AlarmSettings,
        limit: AlarmLimit,
        state: Mapping[str, Any] | None = None,
    ):
        self.settings, self.limit = settings, limit
        # Time and measure of each window in the memory of the rule.
        self._last: collections.deque[tuple[float, float]] = collections.deque(
            maxlen=settings.num_windows
        )
        self.is_alarm, self.onset, self.peak = False, 0.0, 0.0
        if state:
            self._last.extend((time, value) for time, value in state["last"])
            self.is_alarm = state["is_alarm"]
            self.onset, self.peak = state["onset"], state["peak"]

    @property
    def state(self) -> dict[str, Any]:
        """What a later process goes on from, as plain JSON."""
        return {
            "last": [list(pair) for pair in self._last],
            "is_alarm": self.is_alarm,
            "onset": self.onset,
            "peak": self.peak,
        }

    @property
    def strangeness(self) -> float | None:
        """The k-th highest of the last n; `None` with fewer than n windows."""
        if len(self._last) < self.settings.num_windows:
            return None
        ordered = sorted(value for _, value in self._last)
        return ordered[-self.settings.num_strange]

    def set_limit(self, limit: AlarmLimit) -> None:
        """Takes another limit; one of another measure begins anew."""
        if limit.is_p_value != self.limit.is_p_value:
            self._last.clear()
        self.limit = limit

    def judge(self, window: JudgedWindow) -> Change | None:
        """Takes the next window; returns a change where there is one.

        Args:
            window: Window with its score; one that has none is passed over.
        """
        value = self.limit.measure(window)
        if value is None:
            return None
        if self._last:
            gap = window.time - self._last[-1][0] - window.seconds
            if gap > self.settings.num_windows * window.seconds:
                self._last.clear()
        self._last.append((window.time, value))
        strangeness = self.strangeness
        if strangeness is None:
            return None
        if self.is_alarm:
            self.peak = max(self.peak, strangeness)
            if strangeness < self.limit.end:
                self.is_alarm = False
                return Change(False, self.onset, self.peak)
        elif strangeness >= self.limit.begin:
            self.is_alarm, self.peak = True, strangeness
            self.onset = next(
                time for time, v in self._last if v >= self.limit.begin
            )
            return Change(True, self.onset, self.peak)
        return None


def strangeness_series(
    scores: np.ndarray, settings: AlarmSettings
) -> np.ndarray:
    """The strangeness after each window that has n - 1 before it.

    Args:
        scores: Anomaly scores in order of time, `(windows,)`.
        settings: k and n.

    Returns:
        `(windows - n + 1,)`, empty where there are fewer than n.

    >>> settings = AlarmSettings(num_strange=2, num_windows=3)
    >>> strangeness_series(np.array([1.0, 9.0, 1.0, 8.0]), settings)
    array([1., 8.])
    """
    scores = np.asarray(scores, "float64")
    if len(scores) < settings.num_windows:
        return np.zeros(0)
    views = np.lib.stride_tricks.sliding_window_view(
        scores, settings.num_windows
    )
    index = settings.num_windows - settings.num_strange
    return np.partition(views, index, axis=-1)[:, index]
