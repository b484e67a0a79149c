"""Spectrum of a block of hours of a machine."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class BlockSpectrum:
    """Mean levels of windows from all over a block.

    Args:
        time: When the block began, in seconds since 1970.
        number: Number of windows.
        sampling_rate: Their sampling rate in Hz.
        levels: Mean level of each frequency band in dB, `(bands,)`; see
            `pipelines.pictures.band_levels`.

    >>> block = BlockSpectrum(1.7e9, 72, 16000, np.full(64, -50.0))
    >>> f"{block.number} windows, {block.levels.shape[0]} bands"
    '72 windows, 64 bands'
    """

    time: float
    number: int
    sampling_rate: int
    levels: np.ndarray
