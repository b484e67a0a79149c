import numpy as np
import pytest
from keras import ops

from keras_asd.layers import MagnitudeSpectrogram
from tests.gradients import gradient
from tests.harness import to_numpy
from tests.keras_asd.models.slow_dual_branch import slow_spectrogram


@pytest.mark.parametrize(
    "samples, frames",
    [(160_000, 311), (176_000, 342), (192_000, 374), (288_000, 561)],
)
def test_clips_have_the_published_number_of_frames(samples, frames):
    shape = MagnitudeSpectrogram().compute_output_shape((None, samples))
    assert shape == (None, frames, 513)


@pytest.mark.parametrize("frame_length", [16, 64, 256])
@pytest.mark.parametrize("samples", [256, 511, 1000])
def test_it_is_the_slow_transform(frame_length, samples):
    waveform = np.random.default_rng(0).normal(size=(2, samples))
    layer = MagnitudeSpectrogram(frame_length)
    actual = to_numpy(layer(waveform.astype("float32")))
    expected = [slow_spectrogram(clip, frame_length) for clip in waveform]
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-5)


def test_its_window_is_a_periodic_hann():
    """Of a constant: half the frame, a quarter, and nothing beyond."""
    spectrum = to_numpy(MagnitudeSpectrogram(64)(np.ones((1, 64), "float32")))
    np.testing.assert_allclose(spectrum[0, 0, :2], [32, 16], rtol=1e-5)
    assert spectrum[0, 0, 2:].max() < 1e-4


def test_its_axes_name_the_frame_and_bin_of_a_short_tone():
    layer = MagnitudeSpectrogram(256, sampling_rate=8000)
    (time_label, seconds), (label, hz) = layer.axes(8001)
    assert (time_label, label) == ("time, s", "frequency, Hz")
    time = np.arange(8001) / 8000
    burst = np.exp(-(((time - 0.6) / 0.02) ** 2))
    tone = burst * np.sin(2 * np.pi * 1500 * time)
    spectrogram = to_numpy(layer(tone.astype("float32")[None]))[0]
    assert spectrogram.shape == (len(seconds), len(hz))
    frame, place = np.unravel_index(spectrogram.argmax(), spectrogram.shape)
    assert seconds[frame] == pytest.approx(0.6, abs=0.01)
    assert hz[place] == pytest.approx(1500, abs=20)


def test_silence_has_a_finite_gradient():
    layer = MagnitudeSpectrogram(32)
    silence = np.zeros((1, 64), "float32")
    slope = gradient(lambda waveform: ops.sum(layer(waveform)), silence)
    assert np.isfinite(slope).all()


def test_a_clip_shorter_than_a_frame_is_refused():
    with pytest.raises(ValueError, match="frame_length=64, a clip of 63"):
        MagnitudeSpectrogram(64)(np.zeros((1, 63), "float32"))


@pytest.mark.parametrize("frame_length", [0, 1, 1023])
def test_a_frame_that_has_no_half_is_refused(frame_length):
    with pytest.raises(ValueError, match="must be even"):
        MagnitudeSpectrogram(frame_length)
