"""What the page says of an alarm."""

import dataclasses
import pathlib

from pipelines.files.names import escape_name
from pipelines.runs.feedback_journal import FAULT
from pipelines.runs.feedback_journal import Entry
from pipelines.watching.alarm_list import ListedAlarm
from pipelines.watching.page.machine_view import show_local
from pipelines.watching.page.told import Job


@dataclasses.dataclass(frozen=True)
class AlarmView:
    """What the page says of an alarm.

    Args:
        alarm: The alarm.
        sound: Path of its kept sound, `None` without one.
        entry: Entry of the journal that it was told with, in force.
        job: Job under way, or the last one, that is about it.

    >>> from pipelines.watching.events import Event
    >>> details = {"onset": 0.0, "peak": 4.0, "limit": 3.0}
    >>> event = Event("alarm", 60.0, machine="fan", details=details, index=7)
    >>> AlarmView(ListedAlarm(event)).number
    7
    """

    alarm: ListedAlarm
    sound: pathlib.Path | None = None
    entry: Entry | None = None
    job: Job | None = None

    @property
    def number(self) -> int:
        """Index of its event."""
        return self.alarm.event.index

    @property
    def machine(self) -> str:
        """Printable key of its machine."""
        return escape_name(self.alarm.event.machine)

    @property
    def since(self) -> str:
        """When it began."""
        return show_local(self.alarm.event.details["onset"])

    @property
    def length(self) -> str:
        """How long it lasted, in words; empty while it lasts."""
        if self.alarm.ended is None:
            return ""
        seconds = self.alarm.ended.time - self.alarm.event.details["onset"]
        if seconds < 90:
            return f"{seconds:.0f} s"
        minutes = round(seconds / 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours} h {minutes} min" if hours else f"{minutes} min"

    @property
    def is_open(self) -> bool:
        """Whether nobody has answered it yet."""
        return not (self.entry or self.alarm.seen)

    @property
    def is_busy(self) -> bool:
        """Whether something that was told of it is under way."""
        return self.job is not None and not self.job.is_over

    @property
    def nearest(self) -> dict | None:
        """Nearest known fault: `name`, `entry` and `distance`."""
        return self.alarm.event.details.get("nearest_fault")

    @property
    def answer(self) -> str:
        """What people said of it, in words; empty if nothing."""
        if self.entry is None:
            seen = self.alarm.seen
            return escape_name(seen[-1].message) if seen else ""
        what = "Told to be normal"
        if self.entry.kind == FAULT:
            what = f"Told to be a fault, {self.entry.name or 'without a name'}"
        return f"{what}, by {self.entry.user}."

    @property
    def remarks(self) -> str:
        """What is special about it, in words; may be empty."""
        details = self.alarm.event.details
        words = []
        if details.get("promised_per_week") is None:
            words.append("provisional: no rate of false alarms is promised yet")
        if details.get("muted"):
            words.append("muted")
        return ", ".join(words)
