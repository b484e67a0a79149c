"""Recordings that arrive in a folder, and when each is whole."""

import dataclasses
import os
import pathlib
import time
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from pipelines.audio.broken_clips import broken_reason
from pipelines.audio.libsndfile import open_sound
from pipelines.datasets.sessions import recording_time
from pipelines.watching.sources.folder_scan import State
from pipelines.watching.sources.folder_scan import scan_folder

NANOSECONDS = 1e9
# How often recordings that are done are looked at again, and how long one that
# has vanished is remembered: a share may come back.
CHANGES_SECONDS = 30.0
REMEMBERED_SECONDS = 86_400.0


@dataclasses.dataclass(frozen=True)
class ArrivedClip:
    """A recording that is whole, or never will be.

    Args:
        path: Path of the recording.
        state: Size in bytes, and time of the last change in nanoseconds.
        fault: Why it cannot be read; empty if it can.
        began: Time of its first sample, in seconds since 1970.
        is_gone: Whether it vanished before it was read.
    """

    path: str
    state: State
    fault: str = ""
    began: float = 0.0
    is_gone: bool = False


class ArrivingClips:
    """Recordings of a folder, each given once, and again if it changes.

    One is given once its size and time have stayed the same for a while and
    it is whole; or with its fault, once it has stayed so for long.

    Args:
        root: Path of the folder.
        done: State by path of the recordings that are done.
        settle_seconds: Seconds without a change after which one is read.
        patience_seconds: Seconds without a change after which one that is not
            whole is given up.
        clock: What has `monotonic()`.
    """

    def __init__(
        self,
        root: str,
        done: Mapping[str, State],
        settle_seconds: float = 5.0,
        patience_seconds: float = 60.0,
        clock: Any = time,
    ):
        self.root = root
        self.done = dict(done)
        self.settle_seconds = settle_seconds
        self.patience_seconds = patience_seconds
        self.clock = clock
        self._waiting: dict[str, _Waiting] = {}
        self._looked_for_changes = -CHANGES_SECONDS
        self._gone: dict[str, float] = {}

    def poll(self) -> Iterator[ArrivedClip]:
        """Looks into the folder; what has arrived comes the earliest first.

        Each recording is opened only once it is asked for.

        Raises:
            OSError: If the folder cannot be read.
        """
        now = self.clock.monotonic()
        is_full = now - self._looked_for_changes >= CHANGES_SECONDS
        states = scan_folder(self.root, () if is_full else self.done)
        if is_full:
            self._looked_for_changes = now
            self._forget(states, now)
        before, self._waiting = self._waiting, {}
        for path, state in states.items():
            if self.done.get(path) == state:
                continue
            self.done.pop(path, None)
            waiting = before.get(path)
            if waiting is None or waiting.state != state:
                waiting = _Waiting(state, now)
            self._waiting[path] = waiting
        return self._give(now)

    def _give(self, now: float) -> Iterator[ArrivedClip]:
        settled = [
            (_named_time(path) or waiting.state[1] / NANOSECONDS, path)
            for path, waiting in self._waiting.items()
            if now - waiting.since >= self.settle_seconds
        ]
        for _, path in sorted(settled):
            waiting = self._waiting[path]
            is_late = now - waiting.since >= self.patience_seconds
            if waiting.is_broken and not is_late:
                continue
            clip = _inspect(path)
            if clip.state != waiting.state and not clip.is_gone:
                continue  # It has changed meanwhile.
            waiting.is_broken = bool(clip.fault)
            if is_late or clip.is_gone or not waiting.is_broken:
                del self._waiting[path]
                if not clip.is_gone:
                    self.done[path] = clip.state
                yield clip

    def _forget(self, states: Mapping[str, State], now: float) -> None:
        """Forgets recordings that vanished a day ago, for the memory."""
        if not states:
            return
        self._gone = {
            path: self._gone.get(path, now)
            for path in self.done
            if path not in states
        }
        for path, since in self._gone.items():
            if now - since >= REMEMBERED_SECONDS:
                del self.done[path]


@dataclasses.dataclass
class _Waiting:
    """A recording that may still be written to."""

    state: State
    since: float
    is_broken: bool = False


def _inspect(path: str) -> ArrivedClip:
    """Whether a recording is whole, and when it began."""
    state = (0, 0)
    try:
        status = os.stat(path)
        state = (status.st_size, status.st_mtime_ns)
        with open_sound(path) as (sound, _):
            seconds = sound.frames / sound.samplerate
    except Exception as error:  # Bytes may break a decoder in any way.
        is_gone = isinstance(error, FileNotFoundError)
        return ArrivedClip(path, state, broken_reason(error), 0.0, is_gone)
    began = _named_time(path) or state[1] / NANOSECONDS - seconds
    return ArrivedClip(path, state, began=began)


def _named_time(path: str) -> float | None:
    """The time in a name; a day alone says too little."""
    named = recording_time(pathlib.PurePath(path))
    if named is None or not (named.hour or named.minute or named.second):
        return None
    return named.timestamp()
