import numpy as np
import pytest

from pipelines.datasets.sound_elements import rms
from pipelines.datasets.synthetic.disturbances import clipped
from pipelines.datasets.synthetic.disturbances import mains_hum
from pipelines.datasets.synthetic.disturbances import overlay
from pipelines.datasets.synthetic.disturbances import voice
from pipelines.datasets.synthetic.disturbances import wind

RATE, SAMPLES = 16_000, 80_000
HZ = np.fft.rfftfreq(SAMPLES, 1 / RATE)


def share(waveform, is_in):
    power = np.abs(np.fft.rfft(waveform * np.hanning(SAMPLES))) ** 2
    return power[is_in].sum() / power.sum()


def levels(waveform, seconds):
    parts = waveform[: SAMPLES // 50 * 50].reshape(-1, round(seconds * RATE))
    return 10 * np.log10((parts**2).mean(1) + 1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_wind_is_low_and_comes_in_gusts(seed):
    sound = wind(SAMPLES, RATE, np.random.default_rng(seed))
    assert rms(sound) == pytest.approx(1)
    assert share(sound, HZ < 100) > 0.8
    assert share(sound, HZ > 2000) < 0.01
    assert levels(sound, 0.5).std() > 1.5


@pytest.mark.parametrize("mains_hz", [50.0, 60.0])
def test_hum_is_on_multiples_of_the_mains(mains_hz):
    hum = mains_hum(SAMPLES, RATE, np.random.default_rng(0), mains_hz, -30.0)
    distance = np.abs(HZ - mains_hz * np.maximum(np.round(HZ / mains_hz), 1))
    assert share(hum, distance < 1.5) == pytest.approx(1, abs=0.003)


@pytest.mark.parametrize("seed", range(3))
def test_a_voice_has_syllables_and_a_pitch(seed):
    sound = voice(SAMPLES, RATE, np.random.default_rng(seed))
    assert rms(sound) == pytest.approx(1)
    assert share(sound, (HZ > 80) & (HZ < 4000)) > 0.9
    level = levels(sound, 0.02)
    power = np.abs(np.fft.rfft(level - level.mean())) ** 2
    rate = np.fft.rfftfreq(len(level), 0.02)
    assert power[(rate > 2) & (rate < 8)].mean() > 2 * power[rate > 8].mean()


def test_clipping_leaves_the_share_at_the_limit():
    noise = np.random.default_rng(0).normal(size=SAMPLES)
    sound = clipped(noise, 0.05, 0.8)
    assert np.abs(sound).max() == 0.8
    assert np.mean(np.abs(sound) == 0.8) == pytest.approx(0.05, abs=1e-3)


def test_a_sound_lies_over_another_at_its_level():
    rng = np.random.default_rng(0)
    below, above = 0.01 * rng.normal(size=(2, SAMPLES))
    both = overlay(below, above, 6.0)
    assert rms(both - below) / rms(below) == pytest.approx(1.995, abs=1e-3)
    loud = overlay(0.3 * below / below.std(), above, 12.0)
    assert np.abs(loud).max() == 1.0
