"""Resampling of blocks of sound as they come."""

import numpy as np
import soxr


class BlockResampler:
    """Resamples a stream block by block, without a seam.

    What it gives, joined, is what `soxr` makes of the whole.

    Args:
        source_rate: Sampling rate of the blocks in Hz.
        sampling_rate: Sampling rate to give, in Hz.

    >>> resampler = BlockResampler(8_000, 16_000)
    >>> block = np.zeros(800, "float32")
    >>> len(resampler.feed(block)) + len(resampler.finish())
    1600
    """

    def __init__(self, source_rate: int, sampling_rate: int):
        self._stream = None
        if source_rate != sampling_rate:
            self._stream = soxr.ResampleStream(
                source_rate, sampling_rate, 1, dtype="float32", quality="HQ"
            )

    def feed(self, block: np.ndarray) -> np.ndarray:
        """Returns as much as is certain by now, in [-1, 1].

        Args:
            block: `(samples,)` float32, which follows those before.
        """
        if self._stream is not None:
            block = self._stream.resample_chunk(block)
        return np.clip(block, -1.0, 1.0)

    def finish(self) -> np.ndarray:
        """Returns the rest once the last block was fed."""
        rest = np.zeros(0, "float32")
        if self._stream is not None:
            rest = self._stream.resample_chunk(rest, last=True)
        return np.clip(rest, -1.0, 1.0)
