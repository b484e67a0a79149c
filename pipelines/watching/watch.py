"""Watch: sources heard, windows judged, events raised, for as long as asked."""

import logging
import threading
import time
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from pipelines.watching.alarms.alarm_limit import AlarmSettings
from pipelines.watching.drift.drift_settings import DriftSettings
from pipelines.watching.events import Event
from pipelines.watching.history import History
from pipelines.watching.judge import Judge
from pipelines.watching.judged_window import JudgedWindow
from pipelines.watching.listener import Listener
from pipelines.watching.machine_watches import MachineWatches
from pipelines.watching.patient_writing import write_patiently
from pipelines.watching.sound_source import Notice
from pipelines.watching.sound_source import SoundSource
from pipelines.watching.sound_source import Window
from pipelines.watching.sound_source import check_sources
from pipelines.watching.source_reader import SourceReader

logger = logging.getLogger(__name__)

# Windows that are judged together.
BATCH_SIZE = 32
DAY = 86_400.0
KEPT_DAYS = 90.0  # Of windows.


class Watch:
    """Listens to sources and yields events.

    Args:
        judge: What scores windows, and says which cannot be judged.
        sources: Sources, of different names.
        history: History, which a killed watch goes on from.
        settings: Alarm rule, and the requested rate of false alarms.
        listeners: Are told of all windows and events.
        step_seconds: Seconds from window to window; their length if `None`.
        now: Clock, in seconds since 1970.
        renew: Returns another judge once there is one; asked now and then.
        drift: How often a drift may be told by mistake.

    Raises:
        ValueError: If two sources have one name, or a machine is unknown.

    >>> from pipelines.scoring.clip_scorer import ClipScorer
    >>> judge = Judge(ClipScorer(("fan",), 16_000, "mean", 1, dict), "digest")
    >>> Watch(judge, [], History(":memory:"))
    Traceback (most recent call last):
    ValueError: A watch takes one source or more, each of its own name. ...
    """

    def __init__(
        self,
        judge: Judge,
        sources: Sequence[SoundSource],
        history: History,
        settings: AlarmSettings | None = None,
        listeners: Sequence[Listener] = (),
        step_seconds: float | None = None,
        now: Callable[[], float] = time.time,
        renew: Callable[[], Judge | None] = lambda: None,
        drift: DriftSettings | None = None,
    ):
        check_sources(sources, judge.machines)
        self._judge, self._history, self._now = judge, history, now
        self._listeners, self._renew = listeners, renew
        self.hearing = judge.hearing(step_seconds)
        states = history.states()
        self._machines = MachineWatches(
            judge,
            history,
            settings or AlarmSettings(),
            self.hearing.step_seconds,
            states,
            drift,
        )
        judge.restore({key: s.get("input") for key, s in states.items()})
        positions = history.positions()
        self._news = threading.Event()
        self._readers = [
            SourceReader(
                source, self.hearing, positions.get(source.name), self._news
            )
            for source in sources
        ]
        self._stop, self._forgot = threading.Event(), 0.0
        self._last = history.last_event()

    def promises(self) -> dict[str, str]:
        """What rate of false alarms is promised, of each machine heard."""
        keys = {reader.source.machine for reader in self._readers}
        return {
            key: machine.promise()
            for key, machine in self._machines.items()
            if not keys - {""} or key in keys
        }

    def listen(self, stop: threading.Event | None = None) -> Iterator[Event]:
        """Yields events until all sources end, or `stop` is set.

        Closed or interrupted, it stops the sources; all that it yielded is in
        the history.

        Args:
            stop: Ends it soon after it is set.
        """
        self._stop = stop = stop or threading.Event()
        names = ", ".join(one.source.name for one in self._readers)
        yield from self._write([self._event("started", f"Hears {names}.")])
        for reader in self._readers:
            reader.start()
        message = "All sources have ended."
        try:
            while not stop.is_set():
                self._news.wait(0.2)
                self._news.clear()
                yield from self._round()
                if all(reader.is_over for reader in self._readers):
                    break
            else:
                message = "Stopped."
        except (GeneratorExit, KeyboardInterrupt):
            self._save(events=[self._event("stopped", "Stopped.")])
            raise
        finally:
            for reader in self._readers:
                reader.stop()
        yield from self._write([self._event("stopped", message)])

    def _take_version(self) -> Iterator[Event]:
        """Goes on with another version of the model, once there is one."""
        judge = self._renew()
        if judge is None:
            return
        heard = {reader.source.machine for reader in self._readers} - {""}
        if not heard <= set(judge.machines):
            logger.warning("a version that lacks a machine heard is not used")
            return
        judge.restore({key: self._judge.state(key) for key in judge.machines})
        self._judge = judge
        yield from self._write(self._machines.take(judge, self._now()))

    def _round(self) -> Iterator[Event]:
        """Judges what waits, until nothing does."""
        is_more = True
        while is_more:
            yield from self._take_version()
            taken: list[tuple[SoundSource, Window]] = []
            events: list[Event] = []
            done: list[tuple[str, str, int, int]] = []
            share = max(1, BATCH_SIZE // len(self._readers))
            for reader in self._readers:
                if reader.error is not None:
                    raise reader.error
                source = reader.source
                for item in reader.take(share):
                    if item.done is not None:
                        done.append((source.name, *item.done))
                    if isinstance(item, Notice):
                        events.append(item.event(source))
                    else:
                        taken.append((source, item))
                if dropped := reader.take_dropped(self._now()):
                    events.append(dropped.event(source))
            if abs(self._now() - self._forgot) > DAY:
                self._forgot = self._now()
                self._history.trim(KEPT_DAYS * DAY)
            is_more = len(taken) >= share
            yield from self._judge_windows(taken, events, done)

    def _judge_windows(
        self,
        taken: Sequence[tuple[SoundSource, Window]],
        events: list[Event],
        done: Sequence[tuple[str, str, int, int]],
    ) -> Iterator[Event]:
        if not taken:
            yield from self._write(events, done=done)
            return
        mutes = self._history.mutes()
        windows, gate_events = self._judge.judge(taken, self.hearing)
        events.extend(gate_events)
        judged: list[JudgedWindow] = []
        for index, window in enumerate(windows):
            is_muted = mutes.get(window.machine, 0.0) > self._now()
            watch = self._machines[window.machine]
            window, raised = watch.judge(window, is_muted)
            judged.append(window)
            events.extend(self._judge.name_fault(index, one) for one in raised)
            for listener in self._listeners:
                listener.hear(window, self._now())
        for (source, sound), window in zip(taken, judged, strict=True):
            for listener in self._listeners:
                listener.keep(source.name, sound, window)
        keys = {window.machine for window in judged}
        self._save(
            windows=judged,
            positions={source.name: sound.position for source, sound in taken},
            clips=done,
            events=events,
            states=self._states(keys),
        )
        yield from self._new_events()
        learnt = [
            event
            for key in sorted(keys)
            for event in self._machines[key].learn(self._history, self._now())
        ]
        yield from self._write(learnt, self._states(keys) if learnt else None)

    def _states(self, keys: set[str]) -> dict[str, Mapping]:
        return {
            key: {**self._machines[key].state, "input": self._judge.state(key)}
            for key in keys
        }

    def _write(
        self,
        events: Sequence[Event],
        states: Mapping | None = None,
        done: Sequence[tuple[str, str, int, int]] = (),
    ) -> Iterator[Event]:
        if events or states or done:
            self._save(events=events, states=states, clips=done)
        yield from self._new_events()

    def _save(self, **rows: Any) -> None:
        is_live = any(one.source.is_live for one in self._readers)
        stop = self._stop if is_live else None
        write_patiently(self._history, rows, stop, self._now)

    def _new_events(self) -> Iterator[Event]:
        for event in self._history.events_after(self._last):
            self._last = event.index
            for listener in self._listeners:
                listener.report(event)
            yield event

    def _event(self, kind: str, message: str) -> Event:
        return Event(kind, self._now(), message=message)
