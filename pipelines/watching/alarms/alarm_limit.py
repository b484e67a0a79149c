"""Limit of an alarm: its settings, and what is compared with it."""

import dataclasses
import math

from pipelines.watching.judged_window import JudgedWindow

# A p-value of a window is at least so small that it counts as strange, before
# a limit rests on the sound that a watch heard itself.
PROVISIONAL_P_VALUE = 0.002
# And so large that it sounds as usual.
USUAL_P_VALUE = 0.4


@dataclasses.dataclass(frozen=True)
class AlarmSettings:
    """When windows are an alarm.

    Args:
        num_strange: Number k of windows beyond the limit that make an alarm.
        num_windows: Number n of windows that these are counted in.
        false_alarms_per_week: Requested rate of false alarms of each machine.

    Raises:
        ValueError: If k is not in `1..n`, or the rate is not positive.

    >>> AlarmSettings().num_strange
    4
    >>> AlarmSettings(num_strange=7)
    Traceback (most recent call last):
    ValueError: `num_strange` must be at least 1 and at most `num_windows`. ...
    """

    num_strange: int = 4
    num_windows: int = 6
    false_alarms_per_week: float = 1.0

    def __post_init__(self) -> None:
        if not 1 <= self.num_strange <= self.num_windows:
            raise ValueError(
                "`num_strange` must be at least 1 and at most `num_windows`. "
                f"Received: num_strange={self.num_strange}, "
                f"num_windows={self.num_windows}."
            )
        if not 0 < self.false_alarms_per_week < math.inf:
            raise ValueError(
                "`false_alarms_per_week` must be a positive number. Received: "
                f"{self.false_alarms_per_week}."
            )


@dataclasses.dataclass(frozen=True)
class AlarmLimit:
    """Strangeness that raises an alarm, and that ends it.

    Args:
        begin: At which strangeness an alarm begins.
        end: Below which it ends, at most `begin`.
        is_p_value: Whether strangeness is `-log10` of the p-value instead of
            the anomaly score: the limit is provisional then.
        promised_per_week: Rate of false alarms that is promised; `None` of a
            provisional limit.
        hours: Hours of sound that it rests on.

    >>> limit = provisional_limit(49)
    >>> round(10 ** -limit.begin, 3), limit.is_p_value
    (0.02, True)
    """

    begin: float
    end: float
    is_p_value: bool = False
    promised_per_week: float | None = None
    hours: float = 0.0

    def measure(self, window: JudgedWindow) -> float | None:
        """What of a window is compared with the limit, `None` without score."""
        if not self.is_p_value:
            return window.anomaly_score
        if window.p_value is None:
            return None
        return -math.log10(max(window.p_value, 1e-9))


def provisional_limit(num_clips: int) -> AlarmLimit:
    """The limit before a watch has heard enough sound of its own.

    A window counts as strange where its p-value is 0.002, or the least that
    the number of calibration clips allows; an alarm ends at 0.4.

    Args:
        num_clips: Number of calibration clips of the machine; with none there
            is no p-value, and no alarm.

    >>> round(provisional_limit(10_000).begin, 2)
    2.7
    """
    least = max(PROVISIONAL_P_VALUE, 1.0 / (num_clips + 1))
    # A hair above it, since p-values are float32.
    begin = -math.log10(least * 1.0001)
    return AlarmLimit(begin, min(begin, -math.log10(USUAL_P_VALUE)), True)
