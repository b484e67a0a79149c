"""Source of sound: a long recording, replayed in real time or faster."""

import collections
import os
import threading
import time
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

import numpy as np

from pipelines.audio.block_resampler import BlockResampler
from pipelines.audio.broken_clips import broken_reason
from pipelines.audio.libsndfile import open_sound
from pipelines.audio.window_cutter import WindowCutter
from pipelines.scoring.window_reader import read_all
from pipelines.watching.sound_source import Hearing
from pipelines.watching.sound_source import Notice
from pipelines.watching.sound_source import Window
from pipelines.watching.sound_source import sentence
from pipelines.watching.sources.pauses import growing_pauses


class ReplaySource:
    """A recording of any length, heard as if it were a stream.

    Repeated, it goes on from its end to its beginning without a seam. The time
    of its windows goes on with its sound, however fast it is replayed, and
    after a restart from the window that was judged last; at a speed of 1 it is
    that of the system's clock.

    Args:
        name: Name of the source.
        path: WAV, FLAC, Ogg or MP3 recording.
        machine: Key of the machine.
        speed: Factor by which it is replayed faster than real time; 0 replays
            it as fast as it is judged.
        loops: How often it is replayed; 0 for without end.
        channel: Channel of the recording, the model's own if `None`.
        clock: What has `time()` and `monotonic()`.

    >>> source = ReplaySource("tape", "gone.wav", "fan/all", speed=0)
    >>> hearing = Hearing(16_000, "mean", 160_000, 160_000)
    >>> next(source.listen(hearing, None, threading.Event())).message
    'Missing: no such recording.'
    """

    def __init__(
        self,
        name: str,
        path: str,
        machine: str,
        speed: float = 1.0,
        loops: int = 1,
        channel: int | str | None = None,
        clock: Any = time,
    ):
        self.name = name
        self.path = os.path.abspath(path)
        self.machine = machine
        self.speed = speed
        self.loops = loops
        self.channel = channel
        self.clock = clock
        self.is_live = speed > 0

    def listen(
        self,
        hearing: Hearing,
        position: Mapping[str, Any] | None,
        stop: threading.Event,
    ) -> Iterator[Window | Notice]:
        """Yields its windows, at its speed; see `SoundSource`.

        A recording that cannot be opened is tried again; it ends with one
        that is broken.
        """
        hearing = hearing.of_channel(self.channel)
        place = dict(position or {})
        pauses = growing_pauses()
        is_lost = False
        while not stop.is_set():
            try:
                for window in self._replay(hearing, place, stop):
                    if is_lost:
                        yield self._notice("source_back", "It is there again.")
                        is_lost, pauses = False, growing_pauses()
                    yield window
                    place = dict(window.position)
                return
            except Exception as error:  # Bytes may break a decoder in any way.
                if not is_lost:
                    reason = sentence(broken_reason(error))
                    yield self._notice("source_lost", f"{reason}.")
                if not isinstance(error, OSError):
                    return
            is_lost = True
            stop.wait(next(pauses))

    def _replay(
        self, hearing: Hearing, place: Mapping[str, Any], stop: threading.Event
    ) -> Iterator[Window]:
        """Windows after the one at a place, or all for an empty one."""
        rate, begun = hearing.sampling_rate, self.clock.monotonic()
        base = place.get("start", 0)
        began = place.get("began", self.clock.time())
        if place and self.speed == 1:
            began = self.clock.time() - (base + hearing.window) / rate
        for start, waveform, where in self._cut(hearing, place, stop):
            if place and start == base:
                continue  # It was judged.
            if self.speed > 0:
                seconds = (start - base + len(waveform)) / rate / self.speed
                if place:
                    seconds -= hearing.window / rate / self.speed
                stop.wait(max(0.0, begun + seconds - self.clock.monotonic()))
            if stop.is_set():
                return
            yield Window(
                waveform,
                began + start / rate,
                {**where, "start": start, "began": began},
                start=start,
                follows=start > 0,
            )

    def _cut(
        self, hearing: Hearing, place: Mapping[str, Any], stop: threading.Event
    ) -> Iterator[tuple[int, np.ndarray, dict[str, int]]]:
        """Index and waveform of windows, and pass and sample of each."""
        cutter = WindowCutter(hearing.window, hearing.step)
        base, skipped = place.get("start", 0), place.get("sample", 0)
        index = place.get("pass", 0)
        # Where the passes begin that a window may begin in.
        begins = collections.deque([(index, base - skipped)])
        end = base
        while not self.loops or index < self.loops:
            for block in self._read(hearing):
                if stop.is_set():
                    return
                block, skipped = block[skipped:], max(0, skipped - len(block))
                end += len(block)
                for first, waveform in cutter.feed(block):
                    start = base + first
                    while len(begins) > 1 and begins[1][1] <= start:
                        begins.popleft()
                    where = {
                        "pass": begins[0][0],
                        "sample": start - begins[0][1],
                    }
                    yield start, waveform, where
            index += 1
            begins.append((index, end))
        for first, waveform in cutter.finish():
            yield base + first, waveform, {"pass": index, "sample": 0}

    def _read(self, hearing: Hearing) -> Iterator[np.ndarray]:
        with open_sound(self.path) as (sound, _):
            resampler = BlockResampler(sound.samplerate, hearing.sampling_rate)
            for block in read_all(sound, hearing.channel):
                yield resampler.feed(block)
            yield resampler.finish()

    def _notice(self, kind: str, message: str) -> Notice:
        return Notice(kind, message, self.clock.time())
