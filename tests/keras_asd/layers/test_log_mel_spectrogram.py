import math
import pathlib

import numpy as np
import pytest

from keras_asd.layers import LogMelSpectrogram
from keras_asd.models import Embedder

GOLDEN = pathlib.Path(__file__).parents[2] / "data/tastgram_mfn.npz"


def to_mel(hz, preset):
    if preset == "paper":
        return 2595 * math.log10(1 + hz / 700)
    if hz < 1000:
        return hz / (200 / 3)
    return 15 + 27 * math.log(hz / 1000) / math.log(6.4)


def to_hz(mel, preset):
    low, high = 0.0, 20_000.0
    for _ in range(100):  # by halving, since `to_mel` only rises
        middle = (low + high) / 2
        low, high = (
            (middle, high) if to_mel(middle, preset) < mel else (low, middle)
        )
    return low


def slow_filters(preset, fft_length, num_mel_bins=128, rate=16_000):
    top = to_mel(rate / 2, preset)
    edges = [
        to_hz(top * i / (num_mel_bins + 1), preset)
        for i in range(num_mel_bins + 2)
    ]
    filters = np.zeros((fft_length // 2 + 1, num_mel_bins))
    for band in range(num_mel_bins):
        left, peak, right = edges[band : band + 3]
        for place in range(fft_length // 2 + 1):
            hz = place * rate / fft_length
            if left < hz <= peak:
                filters[place, band] = (hz - left) / (peak - left)
            elif peak < hz < right:
                filters[place, band] = (right - hz) / (right - peak)
        if preset == "code":
            filters[:, band] *= 2 / (right - left)
    return filters


def slow_log_mel(waveform, preset):
    length = 2048 if preset == "code" else 1024
    half = length // 2
    if preset == "code":
        before = after = np.zeros(half)
    else:
        before, after = waveform[1 : half + 1][::-1], waveform[-half - 1 : -1]
        after = after[::-1]
    padded = np.concatenate([before, waveform, after])
    turns = 2 * np.pi * np.arange(length) / length
    window = 0.5 * (1 - np.cos(turns))
    filters = slow_filters(preset, length)
    frames = []
    for start in range(0, len(padded) - length + 1, 512):
        spectrum = np.fft.rfft(padded[start : start + length] * window)
        mel = np.abs(spectrum) ** 2 @ filters
        frames.append(
            10 * np.log10(mel + 2.220446049250313e-16)
            if preset == "code"
            else 10 * np.log10(np.maximum(mel, 1e-10))
        )
    return np.array(frames)


@pytest.mark.parametrize("preset", ["code", "paper"])
@pytest.mark.parametrize("samples", [3000, 2560])
def test_it_is_what_a_slow_hand_gets(preset, samples):
    generator = np.random.default_rng(0)
    tone = np.sin(2 * np.pi * 440 * np.arange(samples) / 16_000)
    waveform = 0.3 * tone + 0.05 * generator.normal(size=samples)
    actual = np.array(LogMelSpectrogram(preset)(waveform[None]))[0]
    expected = slow_log_mel(waveform.astype("float32"), preset)
    np.testing.assert_allclose(actual, expected, atol=1e-3)


@pytest.mark.parametrize("preset", ["code", "paper"])
def test_it_is_what_the_published_code_gets(preset):
    with np.load(GOLDEN) as golden:
        start, end = (
            golden[f"waveform_{part}"] / np.float32(32768)
            for part in ("start", "end")
        )
        expected = np.concatenate(
            [golden[f"log_mel_{preset}_{part}"] for part in ("start", "end")],
            axis=1,
        )
    layer = LogMelSpectrogram(preset)
    # The frames beside the cut see what was cut off.
    actual = np.concatenate(
        [np.array(layer(start))[:, :11], np.array(layer(end))[:, 2:]], axis=1
    )
    assert np.abs(actual - expected).max() < 1e-3


@pytest.mark.parametrize("preset", ["code", "paper"])
def test_no_band_is_empty(preset):
    assert np.all(LogMelSpectrogram(preset).filters.sum(axis=0) > 0)


def test_slaney_s_bands_have_equal_areas_and_htk_s_equal_heights():
    areas = LogMelSpectrogram("code").filters.sum(axis=0)
    np.testing.assert_allclose(areas, 0.128, rtol=0.05)
    assert LogMelSpectrogram("paper").filters.sum(axis=0).max() > 10


@pytest.mark.parametrize(
    "preset, decibels", [("code", -156.5356), ("paper", -100)]
)
def test_silence_is_the_floor(preset, decibels):
    log_mel = np.array(LogMelSpectrogram(preset)(np.zeros((1, 2000))))
    np.testing.assert_allclose(log_mel, decibels, atol=1e-3)


@pytest.mark.parametrize("preset", ["code", "paper"])
def test_twice_the_amplitude_is_six_decibels(preset):
    waveform = 0.1 * np.random.default_rng(0).normal(size=(1, 3000))
    layer = LogMelSpectrogram(preset)
    gain = np.array(layer(2 * waveform)) - np.array(layer(waveform))
    np.testing.assert_allclose(gain, 20 * math.log10(2), atol=1e-3)


def test_ten_seconds_are_313_frames():
    layer = LogMelSpectrogram()
    assert layer.compute_output_shape((None, 160_000)) == (None, 313, 128)
    assert layer.compute_output_shape((None, None)) == (None, None, 128)


def test_frames_and_bands_may_be_chosen():
    layer = LogMelSpectrogram(
        num_mel_bins=8, frame_length=256, frame_step=100, min_freq=500.0
    )
    assert layer(np.zeros((1, 1000))).shape == (1, 11, 8)
    hz = np.arange(129) * 16_000 / 256
    assert not layer.filters[hz <= 500].any()


def test_an_unknown_preset_is_refused():
    with pytest.raises(ValueError, match="`preset` must be one of 'code'"):
        LogMelSpectrogram("librosa")


@pytest.mark.parametrize(
    "frequencies",
    [{"min_freq": 9000.0}, {"max_freq": 9000.0}, {"min_freq": -1.0}],
)
def test_frequencies_out_of_order_are_refused(frequencies):
    with pytest.raises(ValueError, match="`min_freq` and `max_freq` must"):
        LogMelSpectrogram(**frequencies)


@pytest.mark.parametrize("preset", ["code", "paper"])
def test_its_axes_name_the_frame_and_band_of_a_short_tone(preset):
    layer = LogMelSpectrogram(preset)
    (time_label, seconds), (label, hz) = layer.axes(16_001)
    assert (time_label, label) == ("time, s", "frequency, Hz")
    time = np.arange(16_001) / 16_000
    burst = np.exp(-(((time - 0.6) / 0.03) ** 2))
    tone = burst * np.sin(2 * np.pi * 3000 * time)
    log_mel = np.array(layer(tone.astype("float32")[None]))[0]
    assert log_mel.shape == (len(seconds), len(hz))
    frame, band = np.unravel_index(log_mel.argmax(), log_mel.shape)
    assert seconds[frame] == pytest.approx(0.6, abs=0.02)
    assert hz[band] == pytest.approx(3000, rel=0.03)


@pytest.mark.parametrize(
    "make",
    [
        lambda samples: LogMelSpectrogram("paper")(np.zeros((2, samples))),
        lambda samples: Embedder(samples=samples, preset="paper", width=0.25),
    ],
)
def test_a_clip_too_short_to_be_reflected_is_refused(make):
    with pytest.raises(ValueError, match="Received: 512 samples"):
        make(512)
    make(513)


def test_a_built_layer_refuses_a_short_clip_too():
    layer = LogMelSpectrogram("paper")
    layer(np.zeros((2, 2048)))
    with pytest.raises(ValueError, match="at least 513 samples"):
        layer(np.zeros((2, 512)))
