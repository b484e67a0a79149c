"""Windows cut from blocks of sound as they come."""

from collections.abc import Iterator

import numpy as np


class WindowCutter:
    """Cuts blocks into windows, and holds a window and a block at most.

    Args:
        window: Length of a window, in samples.
        step: Samples from the start of a window to that of the next, at most
            `window`.

    >>> cutter = WindowCutter(window=4, step=2)
    >>> [start for start, _ in cutter.feed(np.zeros(7, "float32"))]
    [0, 2]
    >>> [(start, len(waveform)) for start, waveform in cutter.finish()]
    [(3, 4)]
    """

    def __init__(self, window: int, step: int):
        self.window = window
        self.step = step
        self._held = np.zeros(0, "float32")
        # Index of its first sample, and of the next window's.
        self._first, self._start = 0, 0

    def feed(self, block: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
        """Yields the windows that a block completes.

        Args:
            block: `(samples,)` float32, which follows those before.

        Yields:
            `(start, waveform)`: the index of the window's first sample, and
            `(window,)` float32.
        """
        self._held = np.concatenate([self._held, block])
        while self._first + len(self._held) >= self._start + self.window:
            self._held = self._held[self._start - self._first :]
            self._first = self._start
            # The next start comes first: this may be the last that is asked.
            self._start += self.step
            yield self._first, self._held[: self.window]

    def finish(self) -> Iterator[tuple[int, np.ndarray]]:
        """Yields the last window, which ends with the sound.

        There is none where the sound ended with a window. Sound shorter than
        a window has one of its own length.
        """
        end = self._first + len(self._held)
        if self._start == 0 or end > self._first + self.window:
            last = max(0, end - self.window)
            yield last, self._held[last - self._first :]
