"""State of each machine, from the events of a watch."""

import threading
from collections.abc import Iterable

from pipelines.watching.events import Event
from pipelines.watching.history import History

NORMAL = "normal"
ALARM = "alarm"
CANNOT_JUDGE = "cannot judge"
STATES = (NORMAL, ALARM, CANNOT_JUDGE)

_BEGINS = {"cannot_judge": "can_judge", "source_lost": "source_back"}
_ENDS = {end: begin for begin, end in _BEGINS.items()}


class MachineStates:
    """What is known of each machine: `"normal"`, `"alarm"`, `"cannot judge"`.

    An alarm stays one while a microphone fails. A machine that several
    sources hear cannot be judged while one of them cannot be. Threads may
    share an object.

    Args:
        machines: Keys of machines that are normal until an event says
            otherwise.

    >>> states = MachineStates(["fan", "pump"])
    >>> states.update(Event("alarm", 0.0, "line 3", "fan"))
    'alarm'
    >>> states.update(Event("cannot_judge", 1.0, "line 4", "pump"))
    'cannot judge'
    >>> states.all()
    {'fan': 'alarm', 'pump': 'cannot judge'}
    """

    def __init__(self, machines: Iterable[str] = ()):
        self._lock = threading.Lock()
        self._machines = dict.fromkeys(machines)
        self._alarms: set[str] = set()
        self._drifts: set[str] = set()
        self._faults: dict[str, set[tuple[str, str]]] = {}

    def update(self, event: Event) -> str | None:
        """Takes an event; returns its machine's state, if it has a machine."""
        if not event.machine:
            return None
        with self._lock:
            self._machines[event.machine] = None
            if event.kind == "alarm":
                self._alarms.add(event.machine)
            elif event.kind == "alarm_ended":
                self._alarms.discard(event.machine)
            elif event.kind == "drift":
                self._drifts.add(event.machine)
            elif event.kind == "drift_ended":
                self._drifts.discard(event.machine)
            faults = self._faults.setdefault(event.machine, set())
            if event.kind in _BEGINS:
                faults.add((event.source, event.kind))
            elif event.kind in _ENDS:
                faults.discard((event.source, _ENDS[event.kind]))
            return self._state(event.machine)

    def all(self) -> dict[str, str]:
        """State of each machine, by key."""
        with self._lock:
            return {key: self._state(key) for key in self._machines}

    def is_drift(self, machine: str) -> bool:
        """Whether a machine has drifted; it is in a state all the same."""
        with self._lock:
            return machine in self._drifts

    def _state(self, machine: str) -> str:
        if machine in self._alarms:
            return ALARM
        return CANNOT_JUDGE if self._faults.get(machine) else NORMAL


def read_states(
    history: History, machines: Iterable[str] = (), until: int | None = None
) -> MachineStates:
    """Returns the states after the events of a history.

    Args:
        history: The history.
        machines: As in `MachineStates`.
        until: Index of the last event to count; all if `None`.

    >>> import pathlib
    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "history.sqlite")
    >>> with History(path) as history:
    ...     history.write(events=[Event("alarm", 0.0, machine="fan")])
    ...     read_states(history, ["pump"]).all()
    {'pump': 'normal', 'fan': 'alarm'}
    """
    states = MachineStates(machines)
    index = 0
    while events := history.events_after(index):
        for event in events:
            if until is not None and event.index > until:
                return states
            states.update(event)
        index = events[-1].index
    return states
