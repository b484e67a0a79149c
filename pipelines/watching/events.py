"""Events of a watch: alarms, microphones, sources, and the watch itself."""

import dataclasses
import datetime
import json
from collections.abc import Mapping
from typing import Any

# What each kind of event says. An event that begins something has an end.
KINDS = {
    "started": "the watch listens",
    "stopped": "the watch was stopped, or its sources have ended",
    "alarm": "a machine began to sound unusual",
    "alarm_ended": "it sounds usual again",
    "acknowledged": "somebody has seen an alarm",
    "muted": "alarms of a machine are not passed on for a while",
    "cannot_judge": "a microphone cannot be judged",
    "can_judge": "it can be judged again",
    "source_lost": "a source gives no sound",
    "source_back": "it gives sound again",
    "sound_dropped": "windows were left out, since the watch fell behind",
    "clip_skipped": "a recording could not be read",
    "disk_full": "nothing could be written for a while; what was heard waited",
    "clock_jumped": "the clock of the system jumped",
    "drift": "a machine slowly came to sound different",
    "drift_ended": "it sounds as before again, or another version judges it",
    "model_changed": "a machine is judged by another version of the model",
    "promise": "what rate of false alarms is promised, or why none is yet",
}


@dataclasses.dataclass(frozen=True)
class Event:
    """Something that happened to a machine, a source or the watch.

    Args:
        kind: One of `KINDS`.
        time: When, in seconds since 1970 (UTC).
        source: Name of the source; empty for the watch itself.
        machine: Key of the machine; empty where it concerns no single one.
        message: Sentence for people.
        details: Numbers and names for programs, as plain JSON.
        index: Number of the event in its history, from 1; 0 before it is
            written.

    >>> event = Event("alarm", 0.0, "line 3", "fan/all", "Unusual.")
    >>> print(event)
    1970-01-01T00:00:00.000Z alarm fan/all: Unusual.
    """

    kind: str
    time: float
    source: str = ""
    machine: str = ""
    message: str = ""
    details: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    index: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(
                f"`kind` must be one of {', '.join(KINDS)}. Received: "
                f"{self.kind!r}."
            )

    def __str__(self) -> str:
        about = self.machine or self.source or "watch"
        return f"{show_time(self.time)} {self.kind} {about}: {self.message}"

    def with_details(self, details: Mapping[str, Any]) -> "Event":
        """The event with further details."""
        return dataclasses.replace(self, details={**self.details, **details})

    def to_json(self) -> str:
        """Returns the event as a line of JSON.

        >>> Event("started", 0.5, message="Listens.").to_json()
        '{"index": 0, "time": "1970-01-01T00:00:00.500Z", "kind": "started", ...
        """
        record = {
            "index": self.index,
            "time": show_time(self.time),
            "kind": self.kind,
            "source": self.source,
            "machine": self.machine,
            "message": self.message,
            "details": dict(self.details),
        }
        return json.dumps(record, allow_nan=False)


def show_time(seconds: float) -> str:
    """Returns seconds since 1970 as a UTC time with milliseconds.

    >>> show_time(1_000_000_000.25)
    '2001-09-09T01:46:40.250Z'
    """
    time = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
