"""List of the alarms of a watch: each with its end, and whether it was seen."""

import dataclasses

from pipelines.watching.events import Event
from pipelines.watching.history_queries import HistoryQueries

KINDS_OF_ALARMS = ("alarm", "alarm_ended", "acknowledged")


@dataclasses.dataclass(frozen=True)
class ListedAlarm:
    """An alarm, from its beginning to its end.

    Args:
        event: Event that it began with.
        ended: Event that it ended with; `None` while it lasts.
        seen: Events by which people acknowledged it.

    >>> event = Event("alarm", 0.0, details={"onset": 0.0, "peak": 4.0})
    >>> ListedAlarm(event).peak
    4.0
    """

    event: Event
    ended: Event | None = None
    seen: tuple[Event, ...] = ()

    @property
    def peak(self) -> float:
        """Highest strangeness that is known of it."""
        return (self.ended or self.event).details["peak"]


def list_alarms(history: HistoryQueries, last: int) -> list[ListedAlarm]:
    """The last alarms, newest first.

    Args:
        history: History of the watch.
        last: Number of alarms.

    >>> import pathlib
    >>> from pipelines.watching.history_tables import open_database
    >>> database = open_database(pathlib.Path(":memory:"))
    >>> list_alarms(HistoryQueries(database), 20)
    []
    """
    alarms: dict[int, ListedAlarm] = {}
    begun: dict[str, int] = {}
    for event in history.events_of_kinds(*KINDS_OF_ALARMS):
        if event.kind == "alarm":
            begun[event.machine] = event.index
            alarms[event.index] = ListedAlarm(event)
            continue
        is_end = event.kind == "alarm_ended"
        index = begun.get(event.machine) if is_end else event.details["alarm"]
        found = alarms.get(index or 0)
        if found is not None:
            change = (
                {"ended": event} if is_end else {"seen": (*found.seen, event)}
            )
            alarms[found.event.index] = dataclasses.replace(found, **change)
    return [alarms[index] for index in sorted(alarms)[::-1][:last]]
