import math

import numpy as np
import pytest

from keras_asd.layers import LogMelStatistics

RATE = 62.5


def slow_statistics(log_mel, num_bands, level):
    frames, bins = log_mel.shape
    edges = [(RATE / 2) ** (band / num_bands) for band in range(num_bands + 1)]
    means = [sum(log_mel[:, b]) / frames for b in range(bins)]
    spreads, modulations = [], np.zeros((num_bands, bins))
    window = [math.sin(math.pi * t / frames) ** 2 for t in range(frames)]
    for b in range(bins):
        course = [value - means[b] for value in log_mel[:, b]]
        spreads.append(math.sqrt(sum(c * c for c in course) / frames))
        for k in range(frames // 2 + 1):
            wave = sum(
                w * c * np.exp(-2j * math.pi * k * t / frames)
                for t, (w, c) in enumerate(zip(window, course, strict=True))
            )
            power = 2 * abs(wave) ** 2 / frames / sum(w * w for w in window)
            for band in range(num_bands):
                low = max((k - 0.5) * RATE / frames, edges[band])
                high = min((k + 0.5) * RATE / frames, edges[band + 1])
                share = max(high - low, 0) * frames / RATE
                modulations[band, b] += share * power
    if level == "removed":
        means = np.array(means) - np.mean(means)
    return np.concatenate([means, spreads, np.log1p(modulations**0.5).ravel()])


@pytest.mark.parametrize("level", ["removed", "kept"])
@pytest.mark.parametrize("frames, num_bands", [(40, 3), (13, 5), (2, 1)])
def test_it_is_what_a_slow_hand_gets(frames, num_bands, level):
    log_mel = np.random.default_rng(0).normal(-60, 5, (frames, 2))
    layer = LogMelStatistics(RATE, num_bands, level)
    actual = np.array(layer(log_mel[None].astype("float32")))[0]
    expected = slow_statistics(log_mel, num_bands, level)
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("hz, band", [(1.5, 0), (4.0, 1), (20.0, 2)])
@pytest.mark.parametrize("frames", [250, 1001])
def test_a_tremolo_shows_in_its_band_whatever_the_length(frames, hz, band):
    time = np.arange(frames) / RATE
    log_mel = -50 + 6 * np.sin(2 * np.pi * hz * time)[None, :, None]
    layer = LogMelStatistics(RATE, 3)
    statistics = np.array(layer(log_mel.astype("float32")))[0]
    mean, spread, *modulation = statistics
    assert mean == pytest.approx(0.0, abs=1e-3)
    assert spread == pytest.approx(6 / math.sqrt(2), rel=0.02)
    assert np.argmax(modulation) == band
    # All of its power lies in the band, so its amplitude is the spread.
    assert math.expm1(modulation[band]) == pytest.approx(spread, rel=0.05)


def test_noise_is_alike_whatever_the_length():
    generator = np.random.default_rng(0)
    layer = LogMelStatistics(RATE, 4)
    short, long = (
        np.array(layer(generator.normal(size=(1, n, 500)).astype("float32")))
        .reshape(6, 500)
        .mean(axis=1)
        for n in (125, 1000)
    )
    np.testing.assert_allclose(short[1:], long[1:], rtol=0.1)


@pytest.mark.parametrize("level, gain", [("removed", 0.0), ("kept", 7.0)])
def test_loudness_shows_in_the_kept_means_only(level, gain):
    log_mel = np.random.default_rng(0).normal(size=(1, 50, 3))
    layer = LogMelStatistics(RATE, 2, level)
    quiet, loud = (
        np.array(layer((log_mel + more).astype("float32"))) for more in (0, 7)
    )
    np.testing.assert_allclose((loud - quiet)[0, :3], gain, atol=1e-4)
    np.testing.assert_allclose((loud - quiet)[0, 3:], 0.0, atol=1e-4)


@pytest.mark.parametrize("frames", [1, 2, 60])
def test_a_spectrogram_that_stands_still_is_finite(frames):
    layer = LogMelStatistics(RATE)
    statistics = np.array(layer(np.full((1, frames, 3), -100, "float32")))
    np.testing.assert_allclose(statistics, 0.0, atol=1e-4)


def test_modulation_may_be_left_out():
    layer = LogMelStatistics(RATE, num_modulation_bands=0)
    assert layer(np.zeros((2, 5, 3))).shape == (2, 6)


@pytest.mark.parametrize(
    "arguments, reason",
    [
        ({"level": "loud"}, "'removed', 'kept'"),
        ({"frame_rate": 2.0}, "above 2 frames"),
        ({"num_modulation_bands": -1}, "not be negative"),
    ],
)
def test_bad_arguments_are_refused(arguments, reason):
    with pytest.raises(ValueError, match=reason):
        LogMelStatistics(**{"frame_rate": RATE, **arguments})
