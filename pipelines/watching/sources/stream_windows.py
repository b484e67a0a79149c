"""Windows of a stream, each with the time at which it was heard."""

import math
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from pipelines.audio.block_resampler import BlockResampler
from pipelines.audio.libsndfile import mix_down
from pipelines.audio.window_cutter import WindowCutter
from pipelines.watching.sound_source import Hearing
from pipelines.watching.sound_source import Notice
from pipelines.watching.sound_source import Window

# Seconds by which clocks and sound may part before it is said.
MOST_SECONDS_APART = 2.0
# How long sound may take to catch up after a pause of the network.
CATCH_UP_SECONDS = 10.0


class StreamWindows:
    """Cuts the blocks of a stream into windows as they arrive.

    Time is that of the system when the stream begins, and then counted by
    samples. Two clocks check the count. Where the system's clock jumps against
    the steady one (it was set, or the computer slept), that is a notice, and
    time goes on from the new one. Where the sound is behind by more than 2 s,
    and does not catch up within 10 s, some of it is missing: a notice, too.
    Less than that is the crystal of a sound card, which drifts by seconds a
    day, and is followed silently, as is sound that comes faster than time:
    what a server had held back.

    Args:
        hearing: What the model hears.
        clock: What has `time()` and `monotonic()`.

    >>> windows = StreamWindows(Hearing(16_000, "mean", 16_000, 8_000))
    >>> block = np.zeros((8_000, 2), "float32")
    >>> [window.start for window in windows.feed(block, 8_000)]
    []
    >>> [window.start for window in windows.feed(block, 8_000)]
    [0, 8000]
    """

    def __init__(self, hearing: Hearing, clock: Any = time):
        self.hearing = hearing
        self.clock = clock
        self.restart()

    def restart(self) -> None:
        """Begins anew: the next block does not follow the last."""
        self._rate = 0
        self._num_samples = 0
        # Steady time of the first sample; the system's minus the steady one.
        self._began = math.inf
        self._offset = math.nan
        self._least_lag = math.inf
        self._lag_checked = self.clock.monotonic()
        self._follows = False

    def feed(self, block: np.ndarray, rate: int) -> Iterator[Window | Notice]:
        """Yields the windows that a block completes, and what to say.

        Args:
            block: `(samples, channels)` float32, full scale at 1. One of
                another sampling rate than the last begins a new stream.
            rate: Its sampling rate in Hz.

        Raises:
            ValueError: If it lacks the channel that the model hears.
        """
        channel, num_channels = self.hearing.channel, block.shape[1]
        if channel != "mean" and int(channel) >= num_channels:
            raise ValueError(
                f"no channel {channel}, counted from 0: it has {num_channels}"
            )
        if rate != self._rate:
            self.restart()
            self._rate = rate
            self._resampler = BlockResampler(rate, self.hearing.sampling_rate)
            self._cutter = WindowCutter(self.hearing.window, self.hearing.step)
        self._num_samples += len(block)
        yield from self._check_clocks()
        mono = self._resampler.feed(mix_down(block, channel))
        for start, waveform in self._cutter.feed(mono):
            yield from self._check_lag()
            yield Window(
                waveform,
                self._time(start / self.hearing.sampling_rate),
                position={},
                start=start,
                follows=self._follows,
            )
            self._follows = True

    def _check_clocks(self) -> Iterator[Notice]:
        now, steady = self.clock.time(), self.clock.monotonic()
        jump = (now - steady) - self._offset
        self._offset = now - steady
        if abs(jump) > MOST_SECONDS_APART:
            self._follows = False
            yield Notice(
                "clock_jumped",
                f"The clock of the system jumped by {jump:+.1f} s.",
                now,
                {"seconds": round(jump, 3)},
            )
        seconds = self._num_samples / self._rate
        # No sound is from the future.
        self._began = min(self._began, steady - seconds)
        lag = steady - seconds - self._began
        self._least_lag = min(self._least_lag, lag)

    def _check_lag(self) -> Iterator[Notice]:
        """Brings the count to the clock, every 10 s."""
        steady = self.clock.monotonic()
        if steady < self._lag_checked + CATCH_UP_SECONDS:
            return
        lag, self._least_lag = self._least_lag, math.inf
        self._lag_checked = steady
        self._began += lag
        if lag > MOST_SECONDS_APART:
            self._follows = False
            yield Notice(
                "sound_dropped",
                f"{lag:.1f} s of its sound are missing.",
                self.clock.time(),
                {"seconds": round(lag, 3)},
            )

    def _time(self, seconds: float) -> float:
        """System's time of a moment of the stream."""
        return self._began + self._offset + seconds
