"""Progress log of a search."""

import logging
from collections.abc import Sequence

from tuning.showing.trial_ranking import format_value
from tuning.showing.trial_ranking import judged_trials
from tuning.trials.trial_record import TrialRecord

logger = logging.getLogger(__name__)


class TrialLines:
    """Logs every trial that ends, and the remaining time.

    Args:
        num_trials: Number of trials of the whole search; `None` if unknown.

    >>> lines = TrialLines(num_trials=4)
    >>> records = [
    ...     TrialRecord("0", {"margin": 0.5}, "completed", 0.8, seconds=60.0),
    ...     TrialRecord("1", {"margin": 0.9}, "running"),
    ... ]
    >>> lines.update(records)
    ['trial 0: 80.00 % with margin 0.5; best 80.00 %, trial 0; 1 of 4, ...']
    >>> lines.update(records)
    []
    """

    def __init__(self, num_trials: int | None):
        self.num_trials = num_trials
        self._told: set[str] = set()

    def begin(self, records: Sequence[TrialRecord]) -> None:
        """Marks the trials of an earlier call as already logged."""
        ended = [one.name for one in records if _has_ended(one)]
        self._told.update(ended)
        if ended:
            logger.info("going on after %d trials", len(ended))

    def update(self, records: Sequence[TrialRecord]) -> list[str]:
        """Logs and returns a line for every trial that has ended since."""
        ended = [one for one in records if _has_ended(one)]
        lines = []
        for one in ended:
            if one.name not in self._told:
                self._told.add(one.name)
                lines.append(self._line(one, records, len(ended)))
        for line in lines:
            logger.info("%s", line)
        return lines

    def _line(
        self, one: TrialRecord, records: Sequence[TrialRecord], num_ended: int
    ) -> str:
        values = ", ".join(
            f"{name} {format_value(value)}"
            for name, value in one.values.items()
        )
        if one.status == "failed" or one.objective is None:
            parts = [f"trial {one.name} failed with {values}: {one.reason}"]
        else:
            parts = [f"trial {one.name}: {_percent(one)} with {values}"]
        judged = judged_trials(records)
        if judged:
            parts.append(f"best {_percent(judged[0])}, trial {judged[0].name}")
        parts.append(self._left(records, num_ended))
        return "; ".join(parts)

    def _left(self, records: Sequence[TrialRecord], num_ended: int) -> str:
        if self.num_trials is None:
            return f"{num_ended} done"
        seconds = [one.seconds for one in records if one.seconds is not None]
        left = self.num_trials - num_ended
        num_at_once = max(1, sum(one.status == "running" for one in records))
        minutes = sum(seconds) / max(len(seconds), 1) * left / num_at_once / 60
        return f"{num_ended} of {self.num_trials}, about {minutes:.0f} min left"


def _has_ended(one: TrialRecord) -> bool:
    return one.status in ("completed", "failed")


def _percent(one: TrialRecord) -> str:
    return f"{100 * (one.objective or 0.0):.2f} %"
