"""Source of sound: a folder to which a recorder adds recordings."""

import itertools
import os
import threading
import time
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from pipelines.audio.broken_clips import broken_reason
from pipelines.datasets.clip_keys import find_key
from pipelines.files.names import escape_name
from pipelines.files.names import read_name
from pipelines.scoring.window_reader import read_windows
from pipelines.watching.sound_source import Hearing
from pipelines.watching.sound_source import Notice
from pipelines.watching.sound_source import Window
from pipelines.watching.sources.arriving_clips import ArrivedClip
from pipelines.watching.sources.arriving_clips import ArrivingClips
from pipelines.watching.sources.folder_scan import State

# A recording goes on from the one before if it begins so near to its end.
MOST_GAP_SECONDS = 2.0
# Looking takes at most this share of the time.
MOST_SHARE = 0.1


class FolderSource:
    """Recordings of a folder and those in it, each read once it is whole.

    Half-written ones wait; see `ArrivingClips`. A broken one is a notice, and
    is read again once it changes. The time of a recording is the one in its
    name, or else its last change minus its length.

    Args:
        name: Name of the source.
        path: Path of the folder.
        machine: Key of the machine; read from the path of each recording if
            it is empty, as `score` does.
        machines: Keys that the model knows.
        done: State of the recordings that are done, as
            `History.done_clips` gives it.
        channel: Channel of the recordings, the model's own if `None`.
        clock: What has `time()` and `monotonic()`.
        poll_seconds: Seconds between two looks into the folder, at least.
        **waiting: `settle_seconds` and `patience_seconds` of `ArrivingClips`.

    >>> source = FolderSource("hall", "no/such/folder", "fan/all")
    >>> hearing = Hearing(16_000, "mean", 160_000, 160_000)
    >>> next(source.listen(hearing, None, threading.Event())).kind
    'source_lost'
    """

    is_live = False

    def __init__(
        self,
        name: str,
        path: str,
        machine: str = "",
        machines: Sequence[str] = (),
        done: Mapping[str, State] | None = None,
        channel: int | str | None = None,
        clock: Any = time,
        poll_seconds: float = 1.0,
        **waiting: float,
    ):
        self.name = name
        self.path = os.path.abspath(path)
        self.machine = machine
        self.machines = tuple(machines)
        self.channel = channel
        self.clock = clock
        self.poll_seconds = poll_seconds
        known = {read_name(one): state for one, state in (done or {}).items()}
        self._clips = ArrivingClips(self.path, known, clock=clock, **waiting)
        # End of the sound of each machine, in seconds since 1970.
        self._ends: dict[str, float] = {}

    def listen(
        self,
        hearing: Hearing,
        position: Mapping[str, Any] | None,
        stop: threading.Event,
    ) -> Iterator[Window | Notice]:
        """Yields the windows of recordings as they arrive; see `SoundSource`.

        The last window of a recording says that it is done.
        """
        hearing = hearing.of_channel(self.channel)
        position = position or {}
        self._ends.update(position.get("ends", {}))
        is_lost = False
        while not stop.is_set():
            started = self.clock.monotonic()
            try:
                arrived = self._clips.poll()
            except OSError as error:
                arrived = iter(())
                if not is_lost:
                    yield self._notice(
                        "source_lost",
                        f"The folder cannot be read: {error.strerror}.",
                    )
                is_lost = True
            else:
                if is_lost:
                    yield self._notice("source_back", "It can be read again.")
                is_lost = False
            cost = self.clock.monotonic() - started
            for clip in arrived:
                yield from self._read(clip, hearing, position, stop)
                if stop.is_set():
                    return
            stop.wait(max(self.poll_seconds, cost / MOST_SHARE))

    def _read(
        self,
        clip: ArrivedClip,
        hearing: Hearing,
        position: Mapping[str, Any],
        stop: threading.Event,
    ) -> Iterator[Window | Notice]:
        name, (size, modified) = escape_name(clip.path), clip.state
        rate = hearing.sampling_rate
        is_begun = position.get("clip") == [name, size, modified]
        judged = position["start"] if is_begun else -1
        try:
            if clip.fault:
                raise ValueError(clip.fault)
            machine = self.machine or find_key(clip.path, self.machines)
            windows = read_windows(
                clip.path, rate, hearing.channel, hearing.window, hearing.step
            )
            last_end = self._ends.get(machine, 0.0)
            goes_on = abs(clip.began - last_end) <= MOST_GAP_SECONDS
            pairs = itertools.pairwise(itertools.chain(windows, [None]))
            for (start, waveform), following in pairs:  # type: ignore[misc]
                if stop.is_set():
                    return
                if start <= judged:
                    continue
                began = clip.began + start / rate
                self._ends[machine] = began + len(waveform) / rate
                yield Window(
                    waveform,
                    began,
                    {
                        "clip": [name, size, modified],
                        "start": start,
                        "ends": dict(self._ends),
                    },
                    name,
                    start,
                    follows=goes_on or start > 0,
                    machine=machine,
                    done=None if following else (name, size, modified),
                )
        except Exception as error:  # Bytes may break a decoder in any way.
            is_gone = clip.is_gone or isinstance(error, FileNotFoundError)
            if is_gone:  # It may come back.
                self._clips.done.pop(clip.path, None)
            yield Notice(
                "clip_skipped",
                f"{name}: {broken_reason(error)}",
                self.clock.time(),
                {"clip": name},
                done=None if is_gone else (name, size, modified),
            )

    def _notice(self, kind: str, message: str) -> Notice:
        return Notice(kind, message, self.clock.time())
