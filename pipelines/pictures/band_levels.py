"""Levels of a clip by frequency band, and what summarises them."""

import numpy as np
import scipy.fft

FRAME_SECONDS = 0.128
# Bands have this width or this share of an octave, whichever is more.
LEAST_BAND_HZ, BANDS_PER_OCTAVE, LEAST_HZ = 30.0, 12, 20.0
LEAST_LEVEL_DB = -100.0
# Frames of the running mean, about half a second.
NUM_SMOOTHED = 8
# What a clip's levels are summarised by: their mean over its time; the loudest
# frame, and the loudest and the quietest half second, less that mean.
SUMMARIES = ("all the time", "loudest frame", "loudest moment", "quietest")


def frame_powers(waveform: np.ndarray, sampling_rate: int) -> np.ndarray:
    """Power spectra of a waveform's frames; a full-scale tone has power 1.

    Args:
        waveform: Waveform `(samples,)`.
        sampling_rate: Sampling rate in Hz.

    Returns:
        `(frames, bins)`, float32.

    >>> time = np.arange(16_000) / 16_000
    >>> powers = frame_powers(np.sin(2 * np.pi * 1000 * time), 16_000)
    >>> powers.shape, round(float(powers.max()), 3)
    ((14, 1025), 1.0)
    """
    length = fft_length(sampling_rate)
    waveform = np.asarray(waveform, "float32")
    missing = max(length - len(waveform), 0)
    frames = np.lib.stride_tricks.sliding_window_view(
        np.pad(waveform, (0, missing)), length
    )[:: length // 2]
    window = np.hanning(length).astype("float32")
    scale = (2 / window.sum()) ** 2
    parts = [
        scale
        * np.abs(scipy.fft.rfft(frames[start : start + 256] * window)) ** 2
        for start in range(0, len(frames), 256)
    ]
    return np.concatenate(parts).astype("float32")


def band_edges(sampling_rate: int) -> np.ndarray:
    """First FFT bin of each band, and the end of the last, `(bands + 1,)`.

    >>> (band_edges(16_000) * 16_000 / 2048)[:4]
    array([ 15.625,  46.875,  78.125, 109.375])
    """
    length = fft_length(sampling_rate)
    per_bin = sampling_rate / length
    least = max(round(LEAST_BAND_HZ / per_bin), 1)
    edges = [max(int(LEAST_HZ / per_bin), 1)]
    while edges[-1] < length // 2:
        width = round(edges[-1] * (2 ** (1 / BANDS_PER_OCTAVE) - 1))
        edges.append(edges[-1] + max(width, least))
    edges[-1] = length // 2 + 1
    return np.array(edges)


def band_powers(powers: np.ndarray, sampling_rate: int) -> np.ndarray:
    """Mean power of the bins of each band, `(frames, bands)`.

    Args:
        powers: Power spectra from `frame_powers`, `(frames, bins)`.
        sampling_rate: Sampling rate in Hz.

    >>> band_powers(np.ones((3, 1025)), 16_000)[0, :2].tolist()
    [1.0, 1.0]
    """
    edges = band_edges(sampling_rate)
    sums = np.add.reduceat(powers[:, : edges[-1]], edges[:-1], axis=1)
    return sums / np.diff(edges)


def decibels(power: np.ndarray) -> np.ndarray:
    """Level of a power in dB, at least `LEAST_LEVEL_DB`.

    >>> decibels(np.array([1.0, 0.1, 0.0])).tolist()
    [0.0, -10.0, -100.0]
    """
    return 10 * np.log10(np.maximum(power, 10 ** (LEAST_LEVEL_DB / 10)))


def running_mean(power: np.ndarray) -> np.ndarray:
    """Mean over `NUM_SMOOTHED` frames from each frame on, or over all.

    >>> running_mean(np.arange(10.0)[:, None]).ravel().tolist()
    [3.5, 4.5, 5.5]
    """
    width = min(NUM_SMOOTHED, len(power))
    sums = np.cumsum(np.pad(power, ((1, 0), (0, 0))), axis=0, dtype="float64")
    return (sums[width:] - sums[:-width]) / width


def summaries(power: np.ndarray) -> np.ndarray:
    """`SUMMARIES` of a clip's band powers `(frames, bands)`, `(4, bands)`.

    The mean is that of the levels in dB, which a single knock moves less than
    that of the power.

    >>> summaries(np.full((20, 2), 0.1)).round(1).tolist()
    [[-10.0, -10.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]
    """
    levels = decibels(power)
    mean = levels.mean(0)
    smooth = decibels(running_mean(power))
    extremes = [levels.max(0), smooth.max(0), smooth.min(0)]
    return np.stack([mean, *(extreme - mean for extreme in extremes)])


def fft_length(sampling_rate: int) -> int:
    """Length of a frame in samples; frames overlap by half of it.

    >>> fft_length(16_000), fft_length(44_100)
    (2048, 4096)
    """
    return 2 ** max(round(np.log2(FRAME_SECONDS * sampling_rate)), 5)
