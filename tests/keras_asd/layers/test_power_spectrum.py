import numpy as np
import pytest

from keras_asd.layers import LogMelSpectrogram
from keras_asd.layers import LogMelStatistics
from keras_asd.layers import MagnitudeSpectrogram
from keras_asd.layers import MagnitudeSpectrum
from keras_asd.layers.power_spectrum import cut
from keras_asd.layers.power_spectrum import hann_window
from keras_asd.layers.power_spectrum import power_spectrogram
from tests.harness import to_numpy

LAYERS = {
    "code": lambda **how: LogMelSpectrogram(num_mel_bins=16, **how),
    "paper": lambda **how: LogMelSpectrogram("paper", num_mel_bins=16, **how),
    "of a free step": lambda **how: LogMelSpectrogram(
        num_mel_bins=8, frame_length=384, frame_step=250, **how
    ),
    "magnitudes": lambda **how: MagnitudeSpectrogram(256, **how),
    "spectrum": lambda **how: MagnitudeSpectrum(**how),
}


def draw_sounds(samples):
    """Noise, and a hum in quiet noise."""
    noise = np.random.default_rng(0).normal(size=(2, samples))
    time = np.arange(samples) / 16_000
    hum = sum(np.sin(2 * np.pi * 120 * k * time) / k for k in range(1, 5))
    return np.stack([0.1 * noise[0], 0.2 * hum + 1e-3 * noise[1]]).astype(
        "float32"
    )


@pytest.mark.parametrize("samples", [4096, 4001])
@pytest.mark.parametrize("name", LAYERS)
def test_both_transforms_give_the_same(name, samples):
    sounds = draw_sounds(samples)
    fast = to_numpy(LAYERS[name]()(sounds))
    matrix = to_numpy(LAYERS[name](transform="matrix")(sounds))
    assert matrix.shape == fast.shape
    np.testing.assert_allclose(matrix, fast, rtol=1e-4, atol=2e-4)


@pytest.mark.parametrize("frames", [1, 31, 64])
def test_both_transforms_give_the_same_modulation(frames):
    log_mel = np.random.default_rng(0).normal(size=(2, frames, 8))
    log_mel = log_mel.astype("float32")
    fast = to_numpy(LogMelStatistics(62.5)(log_mel))
    matrix = to_numpy(LogMelStatistics(62.5, transform="matrix")(log_mel))
    np.testing.assert_allclose(matrix, fast, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "make", [*LAYERS.values(), lambda **how: LogMelStatistics(62.5, **how)]
)
def test_an_unknown_transform_is_refused(make):
    with pytest.raises(ValueError, match="`transform` must be .*'dct'"):
        make(transform="dct")


@pytest.mark.parametrize("samples", [12, 13, 17])
@pytest.mark.parametrize("length, step", [(4, 2), (6, 4), (5, 3), (3, 7)])
def test_frames_are_the_slices_of_the_waveform(samples, length, step):
    waveform = np.random.default_rng(0).normal(size=(2, samples))
    starts = range(0, samples - length + 1, step)
    expected = np.stack([waveform[:, s : s + length] for s in starts], axis=1)
    actual = to_numpy(cut(waveform.astype("float32"), length, step))
    np.testing.assert_array_equal(actual, expected.astype("float32"))


@pytest.mark.parametrize("transform", ["fft", "matrix"])
def test_a_spectrogram_is_the_slow_one(transform):
    waveform = np.random.default_rng(0).normal(size=(1, 50))
    window = hann_window(12)
    actual = power_spectrogram(waveform.astype("float32"), window, 5, transform)
    frames = [waveform[0, s : s + 12] * window for s in range(0, 39, 5)]
    expected = np.square(np.abs(np.fft.rfft(frames)))
    np.testing.assert_allclose(to_numpy(actual)[0], expected, rtol=1e-3)


def test_both_agree_down_to_80_decibels_below_a_pure_tone():
    tone = np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)
    tone = (0.5 * tone[None]).astype("float32")
    window = hann_window(2048)
    fast, matrix = (
        to_numpy(power_spectrogram(tone, window, 512, transform))
        for transform in ("fft", "matrix")
    )
    above = fast > 1e-8 * fast.max()
    ratio = 10 * np.log10(matrix[above] / fast[above])
    np.testing.assert_allclose(ratio, 0, atol=0.01)
