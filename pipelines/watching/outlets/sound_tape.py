"""Ring buffer of sound that goes on without a gap."""

import collections

import numpy as np

from pipelines.watching.sound_source import Window


class SoundTape:
    """The last sound of a source, each sample once, with its times.

    Samples are counted from the first that was ever appended.

    Args:
        sampling_rate: Sampling rate in Hz.

    >>> tape = SoundTape(4)
    >>> for start in (0, 2, 4):
    ...     sound = np.arange(start, start + 4) / 32767
    ...     window = Window(sound, 100.0 + start / 4, {}, start=start)
    ...     _ = tape.append(window)
    >>> tape.end, tape.time(2), tape.index(100.5), tape.cut(2, 5).tolist()
    (8, 100.5, 2, [2, 3, 4])
    """

    def __init__(self, sampling_rate: int):
        self.sampling_rate = sampling_rate
        self.end = 0
        self._begin = 0
        self._end_time = 0.0
        self._pieces: collections.deque[np.ndarray] = collections.deque()
        self._clip, self._next = "", 0

    @property
    def begin(self) -> int:
        """Index of the first sample that is still there."""
        return self._begin

    def time(self, index: int) -> float:
        """Time of a sample, in seconds since 1970."""
        return self._end_time - (self.end - index) / self.sampling_rate

    def index(self, time: float) -> int:
        """Index of the sample of a time, which may be to come."""
        return self.end + round((time - self._end_time) * self.sampling_rate)

    def append(self, window: Window) -> bool:
        """Adds what is new in a window.

        Returns:
            False where the sound does not go on from the window before:
            nothing was added, and a new tape must begin.
        """
        next_start = window.start
        if self._pieces:
            if window.clip == self._clip:
                next_start = self._next
            if not window.follows or window.start > next_start:
                return False
        last = window.start + len(window.waveform)
        new = np.clip(window.waveform[next_start - window.start :], -1.0, 1.0)
        if len(new):
            self._pieces.append(np.rint(new * 32767).astype("int16"))
            self.end += len(new)
            samples = len(window.waveform)
            self._end_time = window.time + samples / self.sampling_rate
        self._clip, self._next = window.clip, max(next_start, last)
        return True

    def cut(self, begin: int, end: int) -> np.ndarray:
        """Returns `(samples,)` int16 from sample to sample, as far as kept."""
        sound = np.concatenate([*self._pieces, np.zeros(0, "int16")])
        return sound[max(0, begin - self._begin) : max(0, end - self._begin)]

    def trim(self, begin: int) -> None:
        """Forgets pieces that end before a sample."""
        while self._pieces and self._begin + len(self._pieces[0]) <= begin:
            self._begin += len(self._pieces.popleft())
