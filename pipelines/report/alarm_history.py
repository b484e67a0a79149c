"""Alarm history: whether alarms are more than chance, and since when."""

import dataclasses
import math
import statistics
from collections.abc import Sequence

import scipy.stats

from pipelines.calibration.false_alarms import fresh_alarms_band

# A machine has more alarms than chance where chance would give as many with a
# probability below this.
CHANCE = 0.01
# An alarm hardly exceeds the threshold at this share of what is usual.
HARDLY = 0.02


@dataclasses.dataclass(frozen=True)
class AlarmHistory:
    """Alarms of a machine's clips, in the order of their recording.

    Args:
        num_decided: Number of clips with a decision.
        num_alarms: Number of these that raised an alarm.
        band: Least and most alarms that normal clips would give by chance.
        probability: Probability that normal clips give as many or more.
        since: Index, among the clips with a decision, of the alarm from which
            on they are frequent; `None` where they are not, 0 where they are
            from the beginning.

    >>> AlarmHistory(20, 9, (0, 4), 1e-6, 11).is_unusual
    True
    """

    num_decided: int
    num_alarms: int
    band: tuple[int, int]
    probability: float
    since: int | None

    @property
    def is_unusual(self) -> bool:
        """Whether there are more alarms than chance would give."""
        return self.num_decided > 0 and self.probability < CHANCE

    def count(self, alarms: Sequence[bool]) -> tuple[int, int, int, int]:
        """Alarms and clips before `since`, and from then on."""
        start = self.since or 0
        before, after = alarms[:start], alarms[start:]
        return sum(before), len(before), sum(after), len(after)


def alarm_history(
    alarms: Sequence[bool],
    rate: float,
    num_calibrated: int,
    excess: Sequence[float] | None = None,
) -> AlarmHistory:
    """Judges the alarms of a machine.

    Args:
        alarms: Whether each clip with a decision raised an alarm, in order.
        rate: Requested share of normal clips that raise an alarm.
        num_calibrated: Number of normal clips behind the threshold.
        excess: Score less the threshold of each clip, if known. By it a first
            alarm that hardly exceeds the threshold is known as chance, where
            those behind it do by far.

    >>> alarm_history(12 * [False] + 12 * [True], 0.05, 60).since
    12
    >>> alarm_history(19 * [False] + [True], 0.05, 60).since
    """
    total, number = len(alarms), sum(alarms)
    if not total:
        return AlarmHistory(0, 0, (0, 0), 1.0, None)
    num_calibrated = max(num_calibrated, math.ceil(1 / rate))
    above = rate * (num_calibrated + 1)
    chance = scipy.stats.betabinom(total, above, num_calibrated + 1 - above)
    probability = float(chance.sf(number - 1))
    band = fresh_alarms_band(rate, num_calibrated, total)
    since = _since(alarms, rate) if probability < CHANCE else None
    if since is not None and excess is not None:
        since = _without_chance(alarms, excess, since)
    return AlarmHistory(total, number, band, probability, since)


def _since(alarms: Sequence[bool], rate: float) -> int | None:
    """Where the alarms become frequent: the likeliest change of their rate."""
    best, since = 0.0, None
    after = num_after = 0
    for start in range(len(alarms) - 1, -1, -1):
        after += bool(alarms[start])
        num_after += 1
        share = min(after / num_after, 1 - 1e-3)
        if not alarms[start] or share <= rate:
            continue
        gain = after * math.log(share / rate)
        gain += (num_after - after) * math.log((1 - share) / (1 - rate))
        # Of two that are as likely the earlier.
        if gain >= best:
            best, since = gain, start
    return since


def _without_chance(
    alarms: Sequence[bool], excess: Sequence[float], since: int
) -> int:
    later = [index for index in range(since, len(alarms)) if alarms[index]]
    usual = statistics.median(excess[index] for index in later)
    far = (index for index in later if excess[index] >= HARDLY * usual)
    return next(far, since)
