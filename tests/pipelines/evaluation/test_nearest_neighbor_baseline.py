import math

import numpy as np
import pytest

from pipelines.evaluation.nearest_neighbor_baseline import mean_log_mel
from pipelines.evaluation.nearest_neighbor_baseline import mel_weights
from pipelines.evaluation.nearest_neighbor_baseline import (
    nearest_neighbor_scores,
)


def slow_mean_log_mel(waveform, sampling_rate, length, step, num_bands):
    def mel(hz):
        return 2595 * math.log10(1 + hz / 700)

    width = mel(sampling_rate / 2) / (num_bands + 1)
    starts = range(0, len(waveform) - length + 1, step)
    total = [0.0] * num_bands
    for start in starts:
        frame = [
            waveform[start + n] * math.sin(math.pi * n / length) ** 2
            for n in range(length)
        ]
        power = np.abs(np.fft.fft(frame)[: length // 2 + 1]) ** 2
        for band in range(num_bands):
            edges = [width * (band + k) for k in range(3)]
            low, peak, high = (700 * (10 ** (m / 2595) - 1) for m in edges)
            energy = 0.0
            for k, value in enumerate(power):
                hz = k * sampling_rate / length
                if low < hz <= peak:
                    energy += value * (hz - low) / (peak - low)
                elif peak < hz < high:
                    energy += value * (high - hz) / (high - peak)
            total[band] += 10 * math.log10(energy)
    return np.array(total) / len(starts)


def test_mean_log_mel_equals_a_bare_hands_computation():
    waveform = np.random.default_rng(0).normal(size=1000)
    expected = slow_mean_log_mel(waveform, 8000, 256, 100, 8)
    found = mean_log_mel(
        waveform, 8000, frame_length=256, frame_step=100, num_mel_bins=8
    )
    np.testing.assert_allclose(found, expected, atol=1e-8)


def test_ten_times_the_amplitude_is_twenty_decibels_in_every_band():
    waveform = np.random.default_rng(0).normal(size=4000)
    rise = mean_log_mel(10 * waveform, 16000) - mean_log_mel(waveform, 16000)
    np.testing.assert_allclose(rise, 20.0)


def test_silence_and_clips_shorter_than_a_frame_stay_finite():
    np.testing.assert_allclose(mean_log_mel(np.zeros(10), 16000), -100.0)


def test_no_band_is_empty():
    assert np.all(mel_weights(128, 1024, 16000).max(axis=0) > 0)


def test_scores_equal_a_bare_hands_computation():
    rng = np.random.default_rng(0)
    train, test = rng.normal(size=(5, 3)), rng.normal(size=(4, 3))
    expected = [min(math.dist(one, other) for other in train) for one in test]
    np.testing.assert_allclose(nearest_neighbor_scores(train, test), expected)


def test_a_training_clip_scores_zero_and_no_test_clip_is_fine():
    train = np.eye(3)
    assert nearest_neighbor_scores(train, train).tolist() == [0, 0, 0]
    assert nearest_neighbor_scores(train, np.zeros((0, 3))).shape == (0,)


@pytest.mark.parametrize(
    ("train", "test"),
    [((0, 3), (2, 3)), ((2, 3), (2, 4)), ((3,), (2, 3))],
)
def test_features_that_do_not_fit_are_refused(train, test):
    with pytest.raises(ValueError, match="Received: train_features.shape="):
        nearest_neighbor_scores(np.zeros(train), np.zeros(test))


@pytest.mark.parametrize("shape", [(0,), (2, 100)])
def test_a_waveform_that_is_not_one_channel_is_refused(shape):
    with pytest.raises(ValueError, match="Received: waveform.shape="):
        mean_log_mel(np.zeros(shape), 16000)
