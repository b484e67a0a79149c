import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

import pipelines.datasets.faults.stand_ins
from pipelines.datasets.faults.stand_ins import STAND_INS
from pipelines.datasets.faults.stand_ins import alter

KINDS = sorted(STAND_INS)
RATE = 8_000


def effective(waveform):
    return float(np.sqrt(np.mean(np.square(waveform, dtype=np.float64))))


@st.composite
def waveforms(draw):
    """Hums in noise, at any level and with any offset within full scale."""
    rng = np.random.default_rng(draw(st.integers(0, 2**31)))
    time = np.arange(draw(st.integers(2, RATE))) / RATE
    hum = np.sin(2 * np.pi * draw(st.floats(50.0, 2000.0)) * time)
    waveform = hum + draw(st.floats(0.01, 1.0)) * rng.standard_normal(len(time))
    peak = draw(st.floats(1e-4, 1.0))
    offset = draw(st.floats(-1.0, 1.0)) * (1.0 - peak)
    return peak * waveform / np.abs(waveform).max() + offset


@pytest.mark.parametrize("kind", KINDS)
@given(waveform=waveforms(), seed=st.integers(0, 2**31))
@settings(max_examples=40, deadline=None)
def test_length_level_and_full_scale_are_kept(kind, waveform, seed):
    altered = alter(kind, waveform, RATE, np.random.default_rng(seed))
    assert altered.shape == waveform.shape
    assert altered.dtype == np.float32
    assert effective(altered) == pytest.approx(effective(waveform), rel=1e-4)
    assert np.abs(altered).max() <= 1.0 + 1e-6
    again = alter(kind, waveform, RATE, np.random.default_rng(seed))
    np.testing.assert_array_equal(again, altered)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sound_with_room_is_changed(kind):
    waveform = 0.1 * np.random.default_rng(0).standard_normal(RATE)
    for seed in range(10):
        altered = alter(kind, waveform, RATE, np.random.default_rng(seed))
        assert effective(altered - waveform) > 0.02 * effective(waveform)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", [0.0, 0.25, -1.0])
def test_silence_and_constants_come_back(kind, value):
    waveform = np.full(RATE, value)
    altered = alter(kind, waveform, RATE, np.random.default_rng(0))
    np.testing.assert_array_equal(altered, waveform)


@pytest.mark.parametrize("kind", KINDS)
def test_a_square_wave_at_full_scale_has_no_room(kind):
    waveform = np.where(np.arange(RATE) % 100 < 50, 1.0, -1.0)
    altered = alter(kind, waveform, RATE, np.random.default_rng(0))
    np.testing.assert_array_equal(altered, waveform)


def test_what_would_clip_is_changed_less():
    waveform = np.random.default_rng(0).standard_normal(RATE)
    waveform /= np.abs(waveform).max()
    for kind in ("impulses", "noise_bursts"):
        loud = alter(kind, waveform, RATE, np.random.default_rng(0))
        quiet = alter(kind, waveform / 4, RATE, np.random.default_rng(0))
        assert np.abs(loud).max() <= 1.0 + 1e-6
        change = effective(loud - waveform) / effective(waveform)
        full = effective(quiet - waveform / 4) / effective(waveform / 4)
        assert change <= full * (1 + 1e-6)


def test_strengths_are_drawn_evenly_on_their_logarithm(monkeypatch):
    seen = []

    def spy(waveform, sampling_rate, rng, strength):
        seen.append(strength)
        return waveform

    stand_in = dataclasses.replace(STAND_INS["band_gain"], change=spy)
    monkeypatch.setitem(
        pipelines.datasets.faults.stand_ins.STAND_INS, "band_gain", stand_in
    )
    rng = np.random.default_rng(0)
    for _ in range(2000):
        alter("band_gain", np.array([0.1, -0.1]), RATE, rng)
    shares = np.log(np.array(seen) / stand_in.weakest)
    shares /= np.log(stand_in.strongest / stand_in.weakest)
    assert 0.0 <= shares.min() and shares.max() <= 1.0
    counts, _ = np.histogram(shares, bins=4, range=(0.0, 1.0))
    assert np.abs(counts - 500).max() < 100
