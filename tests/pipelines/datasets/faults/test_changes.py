import numpy as np
import pytest

from pipelines.datasets.faults.changes import band_gain
from pipelines.datasets.faults.changes import impulses
from pipelines.datasets.faults.changes import noise_bursts
from pipelines.datasets.faults.changes import pitch_shift

RATE = 16_000
SEEDS = range(6)


@pytest.fixture
def noise():
    return np.random.default_rng(0).standard_normal(2 * RATE)


def spectrum_db(waveform):
    """Power in bands of 100 Hz."""
    power = np.abs(np.fft.rfft(waveform)) ** 2
    bands = power[: len(power) // 200 * 200].reshape(-1, 200).mean(axis=1)
    return 10 * np.log10(bands)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_tone_moves_by_the_semitones_and_lasts_to_the_end(seed):
    time = np.arange(RATE) / RATE
    rng = np.random.default_rng(seed)
    shifted = pitch_shift(np.sin(2 * np.pi * 1000 * time), RATE, rng, 2.0)
    spectrum = np.abs(np.fft.rfft(shifted))
    moved = int(spectrum.argmax())
    semitones = 12 * np.log2(moved / 1000)
    assert abs(semitones) == pytest.approx(2.0, abs=0.05)
    for part in np.split(shifted, 10):
        assert np.std(part) == pytest.approx(np.sqrt(0.5), rel=0.1)


def test_both_directions_are_drawn(noise):
    tone = np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE)
    found = {
        int(
            np.abs(
                np.fft.rfft(
                    pitch_shift(tone, RATE, np.random.default_rng(seed), 12.0)
                )
            ).argmax()
        )
        for seed in range(20)
    }
    assert found == {500, 2000}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_shift_leaves_no_hole_in_the_spectrum(seed, noise):
    rng = np.random.default_rng(seed)
    shifted = pitch_shift(noise, RATE, rng, semitones=3.0)
    difference = spectrum_db(shifted) - spectrum_db(noise)
    assert np.abs(difference - difference.mean()).max() < 3.0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_gain_keeps_to_its_band(seed, noise):
    rng = np.random.default_rng(seed)
    changed = band_gain(noise, RATE, rng, decibels=6.0)
    gain = np.abs(np.fft.rfft(changed) / np.fft.rfft(noise))
    gain_db = np.abs(20 * np.log10(gain))
    assert gain_db.max() == pytest.approx(6.0, abs=0.05)
    is_near = gain_db > 0.5
    hz = np.fft.rfftfreq(len(noise), 1 / RATE)[is_near]
    # No hole, and no more than two standard widths to either side.
    assert np.diff(np.flatnonzero(is_near)).max() == 1
    assert np.log2(hz.max() / hz.min()) <= 2 * 2.3 * 0.6


@pytest.mark.parametrize("change", [impulses, noise_bursts])
def test_what_is_added_has_its_share(change, noise):
    for share in (0.05, 0.5, 2.0):
        rng = np.random.default_rng(0)
        added = change(noise, RATE, rng, share) - noise
        effective = np.sqrt(np.mean(added**2))
        assert effective == pytest.approx(share * np.std(noise))


@pytest.mark.parametrize("seed", SEEDS)
def test_impulses_are_short_and_bursts_longer(seed, noise):
    widths = []
    for change in (impulses, noise_bursts):
        rng = np.random.default_rng(seed)
        added = change(noise, RATE, rng, 0.5) - noise
        power = np.sort(added**2)[::-1].cumsum()
        widths.append(np.searchsorted(power, 0.9 * power[-1]) / RATE)
    # Seconds that hold nine tenths of what is added to two seconds.
    assert widths[0] < 0.35
    assert widths[0] < widths[1]


@pytest.mark.parametrize("samples", [1, 2, 3, 10, 163, 8009])
@pytest.mark.parametrize(
    "change", [pitch_shift, band_gain, impulses, noise_bursts]
)
def test_any_length_stays_as_it_is(change, samples):
    waveform = np.random.default_rng(0).standard_normal(samples)
    for seed in SEEDS:
        changed = change(waveform, RATE, np.random.default_rng(seed), 1.0)
        assert changed.shape == (samples,)
        assert np.isfinite(changed).all()
