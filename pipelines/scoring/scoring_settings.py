"""Settings of scoring, beside the model."""

import dataclasses
import hashlib
import json
import os
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from keras_asd.problems import NO_SCORE
from pipelines.audio.libsndfile import MAX_SECONDS

# What a model gives for each clip.
OUTPUTS = ("anomaly_score", "p_value", "decision", "valid", "problem")
# Clips that are scored together are at most those of so many batches.
MAX_BATCHES = 4
# More would wait for each other, and so many take long to begin.
MOST_THREADS = max(64, 4 * (os.cpu_count() or 1))


def name_missing_score(row: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what to change in a row that has neither score nor problem.

    Args:
        row: A row of `OUTPUTS`, with `None` for a score that is not finite.

    >>> name_missing_score({"anomaly_score": None, "problem": ""})
    {'valid': False, 'problem': 'no finite score'}
    >>> name_missing_score({"anomaly_score": 0.5, "problem": ""})
    {}
    """
    if row["anomaly_score"] is not None or row["problem"]:
        return {}
    return {"valid": False, "problem": NO_SCORE}


def check_threads(num_threads: int) -> None:
    """Refuses a number of threads that no machine has a use for.

    Raises:
        ValueError: If it is below 1 or above `MOST_THREADS`.
    """
    if not 1 <= num_threads <= MOST_THREADS:
        raise ValueError(
            f"`threads` must be at least 1 and at most {MOST_THREADS}. "
            f"Received: threads={num_threads}."
        )


@dataclasses.dataclass(frozen=True)
class ScoringSettings:
    """Settings of scoring; the defaults score each clip as a whole.

    Args:
        machine: Key of all clips; read from each clip's path if `None`.
        window_seconds: Length of the windows that a clip is scored by; the
            whole clip if `None`.
        hop_seconds: Seconds from the start of a window to that of the next;
            the length of a window if `None`.
        false_alarm_rate: Requested share of normal clips that raise an alarm;
            the model's own if `None`.
        batch_size: Number of windows of the model in one call. Clips of equal
            length, or windows of `window_seconds`, are joined up to it. None
            is divided: a clip of more windows has a call of its own, however
            long it is, unless `window_seconds` bounds it.
        num_threads: Threads that decode, at most `MOST_THREADS`; one a core
            if `None`.
        listed_machines: Machine of single clips by their path, where a list
            names it; see `find_listed_key`.

    Raises:
        ValueError: If a number is out of its range.

    >>> ScoringSettings(window_seconds=10.0).hop_seconds is None
    True
    """

    machine: str | None = None
    window_seconds: float | None = None
    hop_seconds: float | None = None
    false_alarm_rate: float | None = None
    batch_size: int = 16
    num_threads: int | None = None
    listed_machines: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        window, hop = self.window_seconds, self.hop_seconds
        if window is not None and not 0 < window <= MAX_SECONDS:
            raise ValueError(
                f"`window` must be above 0 and at most {MAX_SECONDS} seconds. "
                f"Received: window={window:g}."
            )
        if hop is not None and not (window and 0 < hop <= window):
            raise ValueError(
                "`hop` must be above 0 and at most `window`, so that nothing "
                f"is passed over. Received: hop={hop:g}, window={window}."
            )
        rate = self.false_alarm_rate
        if rate is not None and not 0 < rate < 1:
            raise ValueError(
                "`false_alarm_rate` must lie between 0 and 1. Received: "
                f"false_alarm_rate={rate:g}."
            )
        if self.batch_size < 1:
            raise ValueError(
                "`batch_size` must be at least 1. Received: "
                f"batch_size={self.batch_size}."
            )
        if self.num_threads is not None:
            check_threads(self.num_threads)

    def check_machine(self, machines: Sequence[str]) -> None:
        """Refuses a machine that is none of those known.

        Raises:
            ValueError: If it is none.
        """
        if self.machine is not None and self.machine not in machines:
            raise ValueError(
                f"`machine` must be one of {', '.join(machines)}. "
                f"Received: machine={self.machine!r}."
            )

    @property
    def chunk_length(self) -> int:
        """Number of clips of a list that may be scored together.

        A list is scored chunk by chunk. Which clips share a batch, and with
        it the last bit of a score, does not depend on how the chunks are
        shared out. A recording that is cut into windows is a chunk of its own.
        """
        is_whole = self.window_seconds is None
        return MAX_BATCHES * self.batch_size if is_whole else 1

    @property
    def binding(self) -> dict[str, str | float | None]:
        """The settings that may not change while a table is written."""
        names = (
            "machine",
            "window_seconds",
            "hop_seconds",
            "false_alarm_rate",
        )
        listed = sorted(self.listed_machines.items())
        digest = hashlib.sha256(json.dumps(listed).encode()).hexdigest()
        return {
            **{name: getattr(self, name) for name in names},
            "machines_of_the_list": digest if listed else None,
        }
