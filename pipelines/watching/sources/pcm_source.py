"""Source of sound: raw PCM from standard input, a pipe or a file object."""

import contextlib
import threading
import time
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any
from typing import BinaryIO

import numpy as np

from pipelines.watching.sound_source import Hearing
from pipelines.watching.sound_source import Notice
from pipelines.watching.sound_source import Window
from pipelines.watching.sources.pipe_reading import MAX_BYTES
from pipelines.watching.sources.pipe_reading import read_pipe
from pipelines.watching.sources.stream_windows import StreamWindows

# Bytes of a sample by format, as ffmpeg, SoX and arecord write it.
FORMATS = {"s16le": 2, "s24le": 3, "s32le": 4, "f32le": 4}


class PcmSource:
    """Raw PCM of one sampling rate, as it comes, until it ends.

    Args:
        name: Name of the source.
        machine: Key of the machine.
        file: Binary file; standard input if `None`.
        rate: Sampling rate in Hz.
        channels: Number of interleaved channels.
        format: One of `FORMATS`.
        channel: Channel to hear, the model's own if `None`.
        clock: What has `time()` and `monotonic()`.

    >>> import io
    >>> source = PcmSource("pipe", "fan/all", io.BytesIO(bytes(64_000)))
    >>> hearing = Hearing(16_000, "mean", 16_000, 16_000)
    >>> found = list(source.listen(hearing, None, threading.Event()))
    >>> [len(window.waveform) for window in found[:-1]], found[-1].kind
    ([16000, 16000], 'source_lost')
    """

    is_live = True

    def __init__(
        self,
        name: str,
        machine: str,
        file: BinaryIO | None = None,
        rate: int = 16_000,
        channels: int = 1,
        format: str = "s16le",
        channel: int | str | None = None,
        clock: Any = time,
    ):
        self.name = name
        self.machine = machine
        self.file = file
        self.rate = rate
        self.channels = channels
        self.format = format
        self.channel = channel
        self.clock = clock

    def listen(
        self,
        hearing: Hearing,
        position: Mapping[str, Any] | None,
        stop: threading.Event,
    ) -> Iterator[Window | Notice]:
        """Yields windows until the sound ends; see `SoundSource`."""
        windows = StreamWindows(hearing.of_channel(self.channel), self.clock)
        num_bytes = FORMATS[self.format] * self.channels
        held = b""
        reason = "Its sound has ended."
        try:
            for content in self._read(stop):
                held += content
                whole = len(held) - len(held) % num_bytes
                block = decode_pcm(held[:whole], self.format, self.channels)
                held = held[whole:]
                if len(block):
                    yield from windows.feed(block, self.rate)
        except OSError as error:
            reason = f"It cannot be read: {error.strerror}."
        except ValueError as error:
            reason = f"It cannot be heard: {error}."
        if not stop.is_set():
            yield Notice("source_lost", reason, self.clock.time())

    def _read(self, stop: threading.Event) -> Iterator[bytes]:
        """What comes, without waiting for longer than stopping may take."""
        number: int | None = 0
        if self.file is not None:
            number = None
            with contextlib.suppress(OSError):  # Where it lies in memory.
                number = self.file.fileno()
        if number is not None:
            # Itself: nothing is buffered where nobody looks.
            yield from read_pipe(number, stop)
        elif self.file is not None:
            while not stop.is_set() and (content := self.file.read(MAX_BYTES)):
                yield content


def decode_pcm(content: bytes, format: str, channels: int) -> np.ndarray:
    """Decodes whole samples of raw PCM.

    Args:
        content: Bytes, interleaved.
        format: One of `FORMATS`.
        channels: Number of channels.

    Returns:
        `(samples, channels)` float32, full scale at 1.

    >>> decode_pcm(bytes([0, 0, 64, 0, 0, 192]), "s24le", 2)
    array([[ 0.5, -0.5]], dtype=float32)
    """
    if format == "f32le":
        return np.frombuffer(content, "<f4").reshape(-1, channels)
    if format == "s24le":
        # As the upper bytes of 32 bits.
        three = np.frombuffer(content, "u1").reshape(-1, 3)
        content = np.pad(three, [(0, 0), (1, 0)]).tobytes()
    kind = "<i2" if format == "s16le" else "<i4"
    values = np.frombuffer(content, kind)
    full = -float(np.iinfo(values.dtype).min)
    return (values / full).astype("float32").reshape(-1, channels)
