"""Progress log of a search."""

import logging
from collections.abc import Sequence

from tuning.showing.trial_ranking import completed_trials
from tuning.showing.trial_ranking import format_value
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
        self._logged: set[str] = set()

    def begin(self, records: Sequence[TrialRecord]) -> None:
        """Marks the trials of an earlier call as already logged."""
        ended = [record.name for record in records if _has_ended(record)]
        self._logged.update(ended)
        if ended:
            logger.info("resuming after %d trials", len(ended))

    def update(self, records: Sequence[TrialRecord]) -> list[str]:
        """Logs and returns a line for every trial that has ended since."""
        ended = [record for record in records if _has_ended(record)]
        lines = []
        for record in ended:
            if record.name not in self._logged:
                self._logged.add(record.name)
                lines.append(self._line(record, records, len(ended)))
        for line in lines:
            logger.info("%s", line)
        return lines

    def _line(
        self,
        record: TrialRecord,
        records: Sequence[TrialRecord],
        num_ended: int,
    ) -> str:
        values = ", ".join(
            f"{name} {format_value(value)}"
            for name, value in record.values.items()
        )
        if record.status == "failed" or record.objective is None:
            reason = record.reason
            parts = [f"trial {record.name} failed with {values}: {reason}"]
        else:
            parts = [f"trial {record.name}: {_percent(record)} with {values}"]
        if completed := completed_trials(records):
            best = completed[0]
            parts.append(f"best {_percent(best)}, trial {best.name}")
        parts.append(self._left(records, num_ended))
        return "; ".join(parts)

    def _left(self, records: Sequence[TrialRecord], num_ended: int) -> str:
        if self.num_trials is None:
            return f"{num_ended} done"
        seconds = [r.seconds for r in records if r.seconds is not None]
        left = self.num_trials - num_ended
        num_at_once = max(1, sum(r.status == "running" for r in records))
        minutes = sum(seconds) / max(len(seconds), 1) * left / num_at_once / 60
        return f"{num_ended} of {self.num_trials}, about {minutes:.0f} min left"


def _has_ended(record: TrialRecord) -> bool:
    return record.status in ("completed", "failed")


def _percent(record: TrialRecord) -> str:
    return f"{100 * (record.objective or 0.0):.2f} %"
