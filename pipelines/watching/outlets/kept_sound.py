"""Sound that a watch keeps: around alarms, all of it, or none."""

import contextlib
import dataclasses
import hashlib
import logging
import queue
import threading

from pipelines.watching.events import Event
from pipelines.watching.judged_window import JudgedWindow
from pipelines.watching.listener import Listener
from pipelines.watching.outlets.sound_store import SoundStore
from pipelines.watching.outlets.sound_tape import SoundTape
from pipelines.watching.sound_source import Window

logger = logging.getLogger(__name__)

CHOICES = ("none", "alarms", "all")
PIECE_SECONDS = 60.0
# Sounds that wait to be written. Beyond it a replay goes as fast as the disk
# does, and a disk that hangs costs a sound a second.
MAX_WAITING = 16
WAIT_SECONDS = 1.0
# A source and a machine.
_Key = tuple[str, str]


@dataclasses.dataclass(frozen=True)
class _Sound:
    """A sound to keep: its name, time, first sample and the one after it."""

    what: str
    time: float
    begin: int
    end: int


class KeptSound(Listener):
    """Keeps the sound of alarms in a store, or all of it in minutes.

    The sound of an alarm is the window that raised it, with seconds before
    and after. What is there at once is written at once, so that a kill leaves
    that; it is replaced when the seconds after have come. Its name ends in
    `alarm_` and the index of the event. With `all`, minutes are kept as well,
    and a kill loses the last one. A thread of its own writes.

    Args:
        store: Where it is kept.
        sampling_rate: Sampling rate of the windows in Hz.
        keeps_all: Whether minutes are kept, too.
        seconds_before: Seconds before the window that raised an alarm.
        seconds_after: Seconds after it.
    """

    def __init__(
        self,
        store: SoundStore,
        sampling_rate: int,
        keeps_all: bool = False,
        seconds_before: float = 10.0,
        seconds_after: float = 10.0,
    ):
        self.store, self.keeps_all = store, keeps_all
        self.num_lost = 0
        self._rate = sampling_rate
        self._before = round(seconds_before * sampling_rate)
        self._after = round(seconds_after * sampling_rate)
        self._window = 0
        self._tapes: dict[_Key, SoundTape] = {}
        self._waiting: dict[_Key, list[_Sound]] = {}
        self._next_piece: dict[_Key, int] = {}
        self._has_kept = False
        self._queue: queue.Queue = queue.Queue(MAX_WAITING)
        self._thread = threading.Thread(
            target=self._write_all, name="kept sound", daemon=True
        )
        self._thread.start()

    def hear(self, window: JudgedWindow, time: float) -> None:
        """Forgets, before the next windows, what no alarm asked for."""
        if not self._has_kept:
            return
        self._has_kept = False
        for key, tape in self._tapes.items():
            begins = [sound.begin for sound in self._waiting[key]]
            if self.keeps_all:
                begins.append(self._next_piece[key])
            tape.trim(min([tape.end - self._window - self._before, *begins]))

    def keep(self, source: str, sound: Window, window: JudgedWindow) -> None:
        """Takes the sound of a window."""
        key = (source, window.machine)
        self._has_kept = True
        self._window = max(self._window, len(sound.waveform))
        if key not in self._tapes or not self._tapes[key].append(sound):
            self._finish(key)
            self._tapes[key] = SoundTape(self._rate)
            self._tapes[key].append(sound)
            self._waiting[key], self._next_piece[key] = [], 0
        self._write_complete(key)

    def report(self, event: Event) -> None:
        """Begins to keep the sound of an alarm; ends with the watch."""
        key = (event.source, event.machine)
        if event.kind == "alarm" and key in self._tapes:
            tape = self._tapes[key]
            end = tape.index(event.time)
            begin = max(end - self._window - self._before, tape.begin)
            what, time = f"alarm_{event.index}", tape.time(begin)
            sound = _Sound(what, time, begin, end + self._after)
            self._waiting[key].append(sound)
            if sound.end > tape.end:
                self._write(key, sound)
            self._write_complete(key)
        elif event.kind == "stopped":
            for key in self._tapes:
                self._finish(key)

    def close(self, timeout_seconds: float = 10.0) -> None:
        """Writes what is left, and ends the thread."""
        for key in self._tapes:
            self._finish(key)
        with contextlib.suppress(queue.Full):
            self._queue.put(None, timeout=timeout_seconds)
            self._thread.join(timeout_seconds)

    def _write_complete(self, key: _Key) -> None:
        """Writes the sounds that end on the tape."""
        end, waiting = self._tapes[key].end, self._waiting[key]
        for sound in [sound for sound in waiting if sound.end <= end]:
            self._write(key, sound)
            waiting.remove(sound)
        if end - self._next_piece[key] >= PIECE_SECONDS * self._rate:
            self._write_piece(key)

    def _finish(self, key: _Key) -> None:
        """Writes what the sound that ends here leaves incomplete."""
        if key not in self._tapes:
            return
        for sound in self._waiting[key]:
            self._write(key, sound)
        self._waiting[key] = []
        self._write_piece(key)

    def _write_piece(self, key: _Key) -> None:
        if not self.keeps_all:
            return
        # Two sources may hear a machine at one time.
        digest = hashlib.sha256(key[0].encode("utf-8", "replace")).hexdigest()
        begin, tape = self._next_piece[key], self._tapes[key]
        what, time = f"all_{digest[:6]}", tape.time(begin)
        self._write(key, _Sound(what, time, begin, tape.end))
        self._next_piece[key] = tape.end

    def _write(self, key: _Key, kept: _Sound) -> None:
        sound = self._tapes[key].cut(kept.begin, kept.end)
        if not len(sound):
            return
        words = (key[1], kept.time, kept.what, sound, self._rate)
        try:
            self._queue.put(words, timeout=WAIT_SECONDS)
        except queue.Full:
            self._lose("the disk is too slow")

    def _write_all(self) -> None:
        while (sound := self._queue.get()) is not None:
            try:
                self.store.write(*sound)
            except (OSError, RuntimeError) as error:  # libsndfile's is one.
                self._lose(str(error))

    def _lose(self, reason: str) -> None:
        self.num_lost += 1
        if self.num_lost & (self.num_lost - 1) == 0:
            logger.warning(
                "sounds that could not be kept: %d: %s", self.num_lost, reason
            )


def check_choice(keep_sound: str) -> None:
    """Refuses what is no choice of `--keep_sound`.

    Raises:
        ValueError: If it is none.

    >>> check_choice("alarms")
    """
    if keep_sound not in CHOICES:
        raise ValueError(
            f"`keep_sound` must be one of {', '.join(CHOICES)}. Received: "
            f"keep_sound={keep_sound!r}."
        )
