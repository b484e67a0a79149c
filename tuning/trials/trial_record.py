"""Record of a trial, for tables and figures."""

import dataclasses
from collections.abc import Mapping
from typing import Literal

from tuning.settings.values import Value


@dataclasses.dataclass(frozen=True)
class TrialRecord:
    """Record of a trial of a search.

    Args:
        name: Number of the trial, with leading zeros.
        values: Values of the searched parameters, by name.
        status: Status of the trial; `waiting` if it was interrupted and is to
            be run again.
        objective: Value of the objective, if the trial completed.
        metrics: All metrics, by name.
        seconds: Duration of its last run in seconds.
        reason: Reason of a failure.

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
