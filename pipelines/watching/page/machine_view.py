"""What the page says of a machine."""

import dataclasses
import datetime
import time
from collections.abc import Iterable
from collections.abc import Sequence

from pipelines.files.names import escape_name
from pipelines.watching.alarm_list import ListedAlarm
from pipelines.watching.alarms.alarm_limit import AlarmLimit
from pipelines.watching.alarms.alarm_limit import AlarmSettings
from pipelines.watching.alarms.alarm_promise import describe_promise
from pipelines.watching.events import Event
from pipelines.watching.history_queries import HistoryQueries
from pipelines.watching.outlets.machine_states import ALARM
from pipelines.watching.outlets.machine_states import CANNOT_JUDGE

STATE_WORDS = {ALARM: "Alarm", CANNOT_JUDGE: "Cannot be judged"}
WHY_NOT = ("cannot_judge", "source_lost")
# A change of the model begins a machine anew, drift included.
DRIFTS, AFTER_DRIFT = ("drift",), ("drift", "drift_ended", "model_changed")
# Longer than this since the last window, it is said.
LATE_SECONDS = 120.0


@dataclasses.dataclass(frozen=True)
class MachineView:
    """What the page says of a machine.

    Args:
        key: Key of the machine.
        state: State of `pipelines.watching.outlets.machine_states`.
        limit: Limit of its alarms; `None` before it was heard.
        promise: What rate of false alarms is promised.
        is_provisional: Whether less is promised than requested.
        why: Why it cannot be judged; empty if it can.
        drift: That it drifts away from what was usual; empty if not.
        muted_until: Time in seconds since 1970, 0 if it is not muted.
        heard: End of its last window, in seconds since 1970.

    >>> MachineView("fan/id_00", "normal").title
    'Nothing heard yet'
    """

    key: str
    state: str
    limit: AlarmLimit | None = None
    promise: str = ""
    is_provisional: bool = False
    why: str = ""
    drift: str = ""
    muted_until: float = 0.0
    heard: float | None = None

    @property
    def name(self) -> str:
        """Printable key."""
        return escape_name(self.key)

    @property
    def title(self) -> str:
        """State in words."""
        if self.state in STATE_WORDS:
            return STATE_WORDS[self.state]
        if self.heard is None:
            return "Nothing heard yet"
        return "Drifts" if self.drift else "Sounds as usual"

    @property
    def kind(self) -> str:
        """Class of the page's style."""
        is_drift = self.drift and self.state not in STATE_WORDS
        return "drift" if is_drift else self.state.replace(" ", "_")

    @property
    def muted(self) -> str:
        """Until when it is muted, in words; empty if it is not."""
        is_muted = self.muted_until > time.time()
        return show_local(self.muted_until) if is_muted else ""

    @property
    def last_heard(self) -> str:
        """When it was heard last, where that is a while ago."""
        if self.heard is None or time.time() - self.heard < LATE_SECONDS:
            return ""
        return show_local(self.heard)


def view_machine(history: HistoryQueries, key: str, state: str) -> MachineView:
    """Reads what there is to say of a machine.

    Args:
        history: History of the watch.
        key: Key of the machine.
        state: Its state.
    """
    found = history.states().get(key)
    heard = history.last_window(key)
    muted_until = history.mutes().get(key, 0.0)
    events = history.events_of_machine(key, 200)
    view = MachineView(
        key,
        state,
        why=_last(events, WHY_NOT) if state == CANNOT_JUDGE else "",
        drift=_last(_first_of(events, AFTER_DRIFT), DRIFTS),
        muted_until=muted_until,
        heard=heard,
    )
    if found is None or "limit" not in found:
        return view
    limit = AlarmLimit(**found["limit"])
    settings = AlarmSettings(**found["settings"])
    query = (
        "SELECT coalesce(sum(seconds), 0) / 3600 FROM windows WHERE machine = "
        ":key AND model = :model AND anomaly_score IS NOT NULL"
    )
    hours = limit.hours
    if limit.promised_per_week is None:
        values = {"key": key, "model": found["model"]}
        ((hours,),) = history.select(query, values)
    promised = limit.promised_per_week
    asked = settings.false_alarms_per_week
    return dataclasses.replace(
        view,
        limit=limit,
        promise=describe_promise(limit, settings, hours),
        is_provisional=promised is None or promised > asked,
    )


def alarm_spans(
    alarms: Iterable[ListedAlarm], key: str, until: float
) -> list[tuple[float, float]]:
    """Beginning and end of the alarms of a machine, in seconds since 1970.

    Args:
        alarms: Alarms of all machines.
        key: Key of the machine.
        until: End of those that last.
    """
    return [
        (
            alarm.event.details["onset"],
            alarm.ended.time if alarm.ended else until,
        )
        for alarm in alarms
        if alarm.event.machine == key
    ]


def show_local(seconds: float) -> str:
    """A time as clocks on the wall show it where the watch runs.

    >>> len(show_local(1e9))
    19
    """
    return f"{datetime.datetime.fromtimestamp(seconds):%Y-%m-%d %H:%M:%S}"


def _first_of(events: Sequence[Event], kinds: Sequence[str]) -> list[Event]:
    return [event for event in events if event.kind in kinds][:1]


def _last(events: Sequence[Event], kinds: Sequence[str]) -> str:
    """Message of the last event of some kinds; empty without one."""
    return next((one.message for one in events if one.kind in kinds), "")
