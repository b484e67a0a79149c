"""Source of sound that is recorded by another process, and tried again."""

import threading
import time
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from pipelines.watching.sound_source import Hearing
from pipelines.watching.sound_source import Notice
from pipelines.watching.sound_source import Window
from pipelines.watching.sound_source import sentence
from pipelines.watching.sources.pauses import growing_pauses
from pipelines.watching.sources.recording_process import SourceFault
from pipelines.watching.sources.recording_process import read_sound
from pipelines.watching.sources.recording_process import recording_process
from pipelines.watching.sources.stream_windows import StreamWindows

# Sound for so long makes the next pause a short one again.
STEADY_SECONDS = 60.0
# Overflows within so many seconds are one notice.
OVERFLOW_SECONDS = 60.0


class RecorderSource:
    """Sound from a recording process, which is begun anew when it fails.

    That it gives no sound is one notice, however often it is tried, with
    pauses that grow from 1 s to 60 s; that it does so again is another.

    Args:
        name: Name of the source.
        machine: Key of the machine.
        module: Module of the process; see `recording_process`.
        request: What it records.
        timeout_seconds: Longest silence.
        channel: Channel to hear, the model's own if `None`.
        clock: What has `time()` and `monotonic()`.
    """

    is_live = True

    def __init__(
        self,
        name: str,
        machine: str,
        module: str,
        request: Mapping[str, Any],
        timeout_seconds: float,
        channel: int | str | None = None,
        clock: Any = time,
    ):
        self.name = name
        self.machine = machine
        self.module = module
        self.request = request
        self.timeout_seconds = timeout_seconds
        self.channel = channel
        self.clock = clock
        self._num_overflows = 0
        self._overflow_said = -OVERFLOW_SECONDS

    def listen(
        self,
        hearing: Hearing,
        position: Mapping[str, Any] | None,
        stop: threading.Event,
    ) -> Iterator[Window | Notice]:
        """Yields windows for ever; see `SoundSource`."""
        windows = StreamWindows(hearing.of_channel(self.channel), self.clock)
        pauses = growing_pauses()
        is_lost = False
        while not stop.is_set():
            begun = self.clock.monotonic()
            try:
                with recording_process(self.module, self.request) as process:
                    for block in read_sound(
                        process, stop, self.timeout_seconds
                    ):
                        if is_lost:
                            is_lost = False
                            yield self._notice(
                                "source_back", "It is heard again."
                            )
                        self._num_overflows += block.has_gap
                        yield from self._say_overflows()
                        yield from windows.feed(block.samples, block.rate)
            except (SourceFault, ValueError, OSError) as error:
                if not is_lost:
                    reason = getattr(error, "strerror", None) or str(error)
                    reason = self.reword(reason)
                    yield self._notice("source_lost", f"{sentence(reason)}.")
                is_lost = True
            if self.clock.monotonic() - begun >= STEADY_SECONDS:
                pauses = growing_pauses()
            windows.restart()
            stop.wait(next(pauses))

    def reword(self, reason: str) -> str:
        """Returns why it gives no sound, as it may be shown."""
        return reason

    def _say_overflows(self) -> Iterator[Notice]:
        steady = self.clock.monotonic()
        if (
            self._num_overflows
            and steady - self._overflow_said >= OVERFLOW_SECONDS
        ):
            number, self._num_overflows = self._num_overflows, 0
            self._overflow_said = steady
            yield self._notice(
                "sound_dropped",
                f"It lost sound that nobody took in time, {number} times.",
                {"overflows": number},
            )

    def _notice(
        self, kind: str, message: str, details: Mapping[str, Any] | None = None
    ) -> Notice:
        return Notice(kind, message, self.clock.time(), details or {})
