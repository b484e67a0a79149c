"""What became of a trial, as tables and pictures take it."""

import dataclasses
from collections.abc import Mapping
from typing import Literal

from tuning.settings.values import Value


@dataclasses.dataclass(frozen=True)
class TrialRecord:
    """A trial of a search.

    Args:
        name: Its number, with leading zeros.
        values: What was searched over, by the names of `Config`.
        status: `waiting` means: interrupted, and to be run again.
        objective: Value of the search's objective, where it completed.
        metrics: All that was measured, by name.
        seconds: How long its last run took.
        reason: Why it failed.

    >>> TrialRecord("03", {"margin": 0.5}, "completed", objective=0.81).name
    '03'
    """

    name: str
    values: Mapping[str, Value]
    status: Literal["completed", "failed", "running", "waiting"]
    objective: float | None = None
    metrics: Mapping[str, float] = dataclasses.field(default_factory=dict)
    seconds: float | None = None
    reason: str = ""
