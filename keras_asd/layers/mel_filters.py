"""Triangular filters on the two Mel scales in use."""

import numpy as np


def hz_to_mel(hz, scale: str):
    """Mel of a frequency on the `"htk"` or the `"slaney"` scale.

    >>> round(float(hz_to_mel(1000.0, "slaney")), 6)
    15.0
    """
    hz = np.asarray(hz, dtype="float64")
    if scale == "htk":
        return 2595.0 * np.log10(1.0 + hz / 700.0)
    linear = hz * 3 / 200
    above = 15.0 + 27.0 * np.log(np.maximum(hz, 1e-9) / 1000) / np.log(6.4)
    return np.where(hz < 1000.0, linear, above)


def mel_to_hz(mel, scale: str):
    """Frequency in Hz of a Mel value; the inverse of `hz_to_mel`.

    >>> round(float(mel_to_hz(hz_to_mel(4321.0, "htk"), "htk")), 6)
    4321.0
    """
    mel = np.asarray(mel, dtype="float64")
    if scale == "htk":
        return 700.0 * (10.0 ** (mel / 2595.0) - 1.0)
    above = 1000.0 * np.exp((mel - 15.0) * np.log(6.4) / 27.0)
    return np.where(mel < 15.0, mel * 200 / 3, above)


def mel_edges(
    num_mel_bins: int, min_freq: float, max_freq: float, scale: str
) -> np.ndarray:
    """Edges and peaks of the bands in Hz, evenly spaced in Mel.

    Band `i` rises from edge `i`, peaks at `i + 1` and ends at `i + 2`.

    >>> mel_edges(3, 0.0, 1000.0, "slaney").round().tolist()
    [0.0, 250.0, 500.0, 750.0, 1000.0]
    """
    mels = np.linspace(
        hz_to_mel(min_freq, scale), hz_to_mel(max_freq, scale), num_mel_bins + 2
    )
    return mel_to_hz(mels, scale)


def mel_filters(
    num_mel_bins: int,
    fft_length: int,
    sampling_rate: int,
    min_freq: float,
    max_freq: float,
    scale: str,
    is_area_normalized: bool,
) -> np.ndarray:
    """Matrix that turns a spectrum into Mel bands.

    Args:
        num_mel_bins: Number of bands.
        fft_length: Length of the transform, in samples.
        sampling_rate: In Hz.
        min_freq: Lower edge of the first band, in Hz.
        max_freq: Upper edge of the last band, in Hz.
        scale: `"slaney"` or `"htk"`.
        is_area_normalized: Whether every triangle has the same area (Slaney)
            instead of the same height.

    Returns:
        float64 array `(fft_length // 2 + 1, num_mel_bins)`.

    >>> mel_filters(128, 1024, 16000, 0.0, 8000.0, "htk", False).shape
    (513, 128)
    """
    edges = mel_edges(num_mel_bins, min_freq, max_freq, scale)
    bins = np.linspace(0.0, sampling_rate / 2, fft_length // 2 + 1)
    distance = edges[None, :] - bins[:, None]
    rising = -distance[:, :-2] / np.diff(edges)[None, :-1]
    falling = distance[:, 2:] / np.diff(edges)[None, 1:]
    filters = np.maximum(0.0, np.minimum(rising, falling))
    if is_area_normalized:
        filters *= 2.0 / (edges[2:] - edges[:-2])
    return filters
