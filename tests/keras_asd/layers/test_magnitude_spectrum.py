import numpy as np
import pytest
from keras import ops

from keras_asd.layers import MagnitudeSpectrum
from tests.gradients import gradient
from tests.harness import to_numpy


@pytest.mark.parametrize("samples", [64, 63, 67, 2])
def test_it_is_the_slow_transform_without_the_highest_bin(samples):
    waveform = np.random.default_rng(0).normal(size=(2, samples))
    turns = np.outer(np.arange(samples // 2), np.arange(samples)) / samples
    expected = np.abs(waveform @ np.exp(-2j * np.pi * turns).T)
    actual = to_numpy(MagnitudeSpectrum()(waveform.astype("float32")))
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-5)


def test_a_loud_tone_of_ten_seconds_stays_finite_in_half_precision():
    """Its magnitude is 80,000; float16 ends at 65,504."""
    time = np.arange(160_000, dtype="float64") / 16_000
    waveform = np.sin(2 * np.pi * 1000 * time).astype("float32")[None]
    spectrum = to_numpy(MagnitudeSpectrum()(waveform))[0]
    assert spectrum.argmax() == 10_000
    assert spectrum.max() == pytest.approx(80_000, rel=1e-4)


@pytest.mark.parametrize("samples", [1000, 999])
def test_the_axis_names_the_bin_of_a_tone(samples):
    layer = MagnitudeSpectrum(sampling_rate=8000)
    ((label, hz),) = layer.axes(samples)
    assert label == "frequency, Hz"
    time = np.arange(samples) / 8000
    tone = np.sin(2 * np.pi * 1600 * time).astype("float32")[None]
    place = to_numpy(layer(tone))[0].argmax()
    assert len(hz) == samples // 2
    assert hz[place] == pytest.approx(1600, abs=8000 / samples)


def test_silence_has_a_finite_gradient():
    silence = np.zeros((1, 64), "float32")
    slope = gradient(lambda x: ops.sum(MagnitudeSpectrum()(x)), silence)
    assert np.isfinite(slope).all()
