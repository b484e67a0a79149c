"""Reading of what the page shows: machines, alarms, sounds, explanations."""

import contextlib
import functools
import os
import pathlib
import threading
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

from pipelines.pictures.usual_sound import UsualSound
from pipelines.pictures.usual_spectrum import UsualSpectrum
from pipelines.report.look import Look
from pipelines.report.look import look_at
from pipelines.report.model_facts import ModelFacts
from pipelines.report.report_clip import ReportClip
from pipelines.report.sounds import Sounds
from pipelines.watching.alarm_list import ListedAlarm
from pipelines.watching.alarm_list import list_alarms
from pipelines.watching.history_queries import HistoryQueries
from pipelines.watching.history_tables import reading_database
from pipelines.watching.outlets.machine_states import MachineStates
from pipelines.watching.outlets.sound_store import SoundStore
from pipelines.watching.page.alarm_view import AlarmView
from pipelines.watching.page.machine_view import MachineView
from pipelines.watching.page.machine_view import view_machine
from pipelines.watching.page.told import Told
from pipelines.watching.page.told import entry_of

MAX_LOOKS, MAX_SENTENCES = 16, 5
NUM_ALARMS, ALL_ALARMS = 50, 1_000_000


class PageReading:
    """Reads what the page shows; threads share an object.

    Args:
        history: Path of the history.
        store: Kept sounds.
        machines: Keys of the machines that sources are of.
        sampling_rate: Sampling rate in Hz.
        usual: Returns the usual spectrum of each machine, as far as known.
        told: What people told; `None` where the model cannot learn.

    >>> reading = PageReading("no_such", SoundStore("no_such"), [], 16_000,
    ...     dict, None)
    >>> reading.sound(7, "fan/id_00") is None
    True
    """

    def __init__(
        self,
        history: str | os.PathLike[str],
        store: SoundStore,
        machines: Sequence[str],
        sampling_rate: int,
        usual: Callable[[], Mapping[str, UsualSpectrum]],
        told: Told | None,
    ):
        self._path, self._store = pathlib.Path(history), store
        self._rate, self._usual = sampling_rate, usual
        self.told = told
        self._states, self._last = MachineStates(machines), 0
        self._lock, self._looking = threading.Lock(), threading.Lock()
        self._cached_look = functools.lru_cache(MAX_LOOKS)(self._look)

    @contextlib.contextmanager
    def opened(self) -> Iterator[HistoryQueries]:
        """The history, open to be read."""
        with reading_database(self._path) as database:
            yield HistoryQueries(database)

    def machines(self, history: HistoryQueries) -> list[MachineView]:
        """All machines, those with an alarm first."""
        with self._lock:
            while events := history.events_after(self._last):
                for event in events:
                    self._states.update(event)
                self._last = events[-1].index
            states = self._states.all()
        keys = {**dict.fromkeys(history.machines(), "normal"), **states}
        views = [view_machine(history, key, keys[key]) for key in sorted(keys)]
        order = {"alarm": 0, "cannot_judge": 1, "drift": 2}
        return sorted(views, key=lambda view: order.get(view.kind, 3))

    def alarms(self, history: HistoryQueries) -> list[AlarmView]:
        """The last alarms, newest first."""
        entries = [] if self.told is None else self.told.entries()
        return [
            self._view(alarm, entries)
            for alarm in list_alarms(history, NUM_ALARMS)
        ]

    def alarm(self, history: HistoryQueries, number: int) -> AlarmView | None:
        """An alarm by the index of its event, `None` if there is none."""
        entries = [] if self.told is None else self.told.entries()
        for alarm in list_alarms(history, ALL_ALARMS):
            if alarm.event.index == number:
                return self._view(alarm, entries)
        return None

    def sound(self, number: int, machine: str) -> pathlib.Path | None:
        """Path of the kept sound of an alarm, `None` without one."""
        path = self._store.find(machine, f"alarm_{number}")
        folder = self._store.folder.resolve()
        if path is None or not path.resolve().is_relative_to(folder):
            return None
        return path

    def sentences(self, views: Sequence[AlarmView]) -> dict[int, str]:
        """What is unusual in the first open alarms, in words, by number."""
        opened = [view for view in views if view.is_open][:MAX_SENTENCES]
        looks = {view.number: self.look(view) for view in opened}
        return {number: look.sentence for number, look in looks.items() if look}

    def look(self, view: AlarmView) -> Look | None:
        """What is unusual in the sound of an alarm, `None` without sound.

        One is made at a time, and the last ones are kept.
        """
        if view.sound is None:
            return None
        with self._looking, contextlib.suppress(OSError):
            stamp = view.sound.stat().st_mtime_ns
            return self._cached_look(
                view.sound, view.alarm.event.machine, stamp
            )
        return None

    def _look(self, sound: pathlib.Path, machine: str, stamp: int) -> Look:
        usual = UsualSound(self._usual())
        facts = ModelFacts(self._rate, "mean", 0.05, {}, {}, usual)
        clip = ReportClip(sound, machine, None, None, None)
        return look_at(clip, facts, Sounds("none"), True)

    def _view(self, alarm: ListedAlarm, entries) -> AlarmView:
        event = alarm.event
        sound = self.sound(event.index, event.machine)
        if self.told is None or sound is None:
            return AlarmView(alarm, sound)
        jobs = [one for one in self.told.shown() if one.alarm == event.index]
        entry = entry_of(entries, sound)
        return AlarmView(alarm, sound, entry, jobs[0] if jobs else None)


def machine_named(
    machines: Sequence[MachineView], name: str
) -> MachineView | None:
    """The machine of a printable name, `None` if there is none.

    >>> machine_named([MachineView("fan", "normal")], "fan").key
    'fan'
    """
    return next((one for one in machines if one.name == name), None)
