"""Nearest-neighbour baseline on mean log-Mel spectra."""

import functools

import numpy as np

from keras_asd.layers.mel_filters import hz_to_mel
from keras_asd.layers.mel_filters import mel_filters
from keras_asd.layers.mel_filters import mel_to_hz


def mean_log_mel(
    waveform: np.ndarray,
    sampling_rate: int,
    frame_length: int = 1024,
    frame_step: int = 512,
    num_mel_bins: int = 128,
) -> np.ndarray:
    """Log-Mel spectrogram averaged over time, in decibels.

    Args:
        waveform: Waveform, `(samples,)`; padded with zeros to one frame if
            shorter.
        sampling_rate: Sampling rate in Hz.
        frame_length: Frame length in samples; also the length of the Fourier
            transform.
        frame_step: Frame step in samples.
        num_mel_bins: Number of bands from 0 Hz to half of the sampling rate.

    Returns:
        Mean levels in decibels, `(num_mel_bins,)`.

    Raises:
        ValueError: If `waveform` is not a vector with samples.

    >>> sine = np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000)
    >>> int(mean_log_mel(sine, 16000).argmax())
    44
    """
    waveform = np.asarray(waveform, np.float64)
    if waveform.ndim != 1 or not len(waveform):
        raise ValueError(
            "`waveform` must be of shape `(samples,)` with samples > 0. "
            f"Received: waveform.shape={waveform.shape}. "
            "Take one channel of one clip."
        )
    padding = max(0, frame_length - len(waveform))
    waveform = np.pad(waveform, (0, padding))
    frames = np.lib.stride_tricks.sliding_window_view(waveform, frame_length)
    window = 0.5 - 0.5 * np.cos(
        2 * np.pi * np.arange(frame_length) / frame_length
    )
    power = np.abs(np.fft.rfft(frames[::frame_step] * window)) ** 2
    mel = power @ mel_weights(num_mel_bins, frame_length, sampling_rate)
    return (10 * np.log10(np.maximum(mel, 1e-10))).mean(axis=0)


@functools.cache
def mel_weights(
    num_mel_bins: int, fft_length: int, sampling_rate: int
) -> np.ndarray:
    """Triangular Mel filters of peak 1, on HTK's Mel scale.

    A band narrower than a frequency bin takes the nearest bin instead.

    Returns:
        Weights, `(fft_length // 2 + 1, num_mel_bins)`.

    >>> mel_weights(128, 1024, 16000).shape
    (513, 128)
    """
    nyquist = sampling_rate / 2
    weights = mel_filters(
        num_mel_bins, fft_length, sampling_rate, 0.0, nyquist, "htk", False
    )
    centres = mel_to_hz(
        np.linspace(0, hz_to_mel(nyquist, "htk"), num_mel_bins + 2), "htk"
    )[1:-1]
    bins = np.linspace(0, nyquist, fft_length // 2 + 1)[:, None]
    empty = np.flatnonzero(weights.sum(axis=0) == 0)
    nearest = np.abs(bins - centres[empty]).argmin(axis=0)
    weights[nearest, empty] = 1.0
    return weights


def nearest_neighbor_scores(
    train_features: np.ndarray, test_features: np.ndarray
) -> np.ndarray:
    """Euclidean distance of each test clip to the nearest training clip.

    All clips must be of one machine and section.

    Args:
        train_features: Features of normal clips, `(train clips, features)`.
        test_features: Features of test clips, `(test clips, features)`.

    Returns:
        Anomaly scores, `(test clips,)`; larger is stranger.

    Raises:
        ValueError: If the shapes do not match.

    >>> nearest_neighbor_scores([[0.0, 0.0], [9.0, 9.0]], [[3.0, 4.0]])
    array([5.])
    """
    train = np.asarray(train_features, np.float64)
    test = np.asarray(test_features, np.float64)
    fits = train.ndim == test.ndim == 2 and train.shape[1:] == test.shape[1:]
    if not fits or not len(train):
        raise ValueError(
            "`train_features` and `test_features` must be of shapes `(clips, "
            "features)` with equal features and a training clip or more. "
            f"Received: train_features.shape={train.shape}, "
            f"test_features.shape={test.shape}. Stack `mean_log_mel` of clips."
        )
    scores = [np.linalg.norm(train - one, axis=1).min() for one in test]
    return np.array(scores, np.float64)
