import numpy as np
import pytest
import scipy.signal

from pipelines.datasets.faults.injections import INJECTIONS
from pipelines.datasets.faults.placed import CHOOSING
from pipelines.datasets.faults.placed import JUDGING
from pipelines.datasets.faults.placed import Region
from pipelines.datasets.faults.placed import place
from pipelines.datasets.faults.stand_ins import STAND_INS

RATE = 16_000
KINDS = CHOOSING | JUDGING


def test_no_kind_both_chooses_and_judges():
    assert not set(CHOOSING) & set(JUDGING)
    assert not set(CHOOSING) & set(INJECTIONS)
    assert not set(JUDGING) & set(STAND_INS)


@pytest.mark.parametrize("name", KINDS)
def test_what_changes_lies_within_the_region(name):
    noise = 0.05 * np.random.default_rng(0).standard_normal(2 * RATE)
    for seed in range(3):
        rng = np.random.default_rng(seed)
        changed, region = place(KINDS[name], noise, RATE, rng)
        assert changed.dtype == np.float32 and changed.shape == noise.shape
        hz, seconds, powers = scipy.signal.spectrogram(
            changed - noise, RATE, nperseg=512, noverlap=256
        )
        is_inside = region.holds(seconds, hz[:, None], 0.032, 0.25)
        assert powers[is_inside].sum() > 0.8 * powers.sum()
        again, _ = place(KINDS[name], noise, RATE, np.random.default_rng(seed))
        np.testing.assert_array_equal(changed, again)


def test_it_stays_within_full_scale():
    loud = np.clip(np.random.default_rng(0).standard_normal(RATE), -1, 1)
    rng = np.random.default_rng(0)
    changed, _ = place(CHOOSING["hum"], loud, RATE, rng)
    assert np.abs(changed).max() <= 1


def test_margins_are_in_seconds_and_octaves():
    region = Region(1.0, 2.0, 500.0, 1000.0)
    seconds = np.array([0.9, 1.0, 2.0, 2.1])
    assert region.holds(seconds, 700.0).tolist() == [False, True, True, False]
    assert region.holds(seconds, 1100.0, 0.11, 0.25).all()
    assert not region.holds(1.5, 1100.0, 0.11, 0.1)
