import numpy as np
import pytest

from pipelines.datasets.faults.injections import INJECTIONS
from pipelines.datasets.faults.injections import inject
from pipelines.datasets.faults.machine_faults import FAULTS
from pipelines.datasets.faults.stand_ins import STAND_INS

RATE = 16_000
KINDS = sorted(INJECTIONS)


def effective(waveform):
    return float(np.sqrt(np.mean(np.square(waveform, dtype=np.float64))))


@pytest.fixture(scope="module")
def machine():
    """Noise with a hum, 2 s."""
    time = np.arange(2 * RATE) / RATE
    noise = np.random.default_rng(0).standard_normal(len(time))
    return 0.03 * (noise + np.sin(2 * np.pi * 100 * time))


def distance(waveform, kind, severity, seed):
    rng = np.random.default_rng(seed)
    injected = inject(kind, severity, waveform, RATE, rng)
    assert injected.shape == waveform.shape
    assert injected.dtype == np.float32
    assert effective(injected) == pytest.approx(effective(waveform), rel=1e-4)
    return effective(injected - waveform) / effective(waveform)


def test_no_kind_both_chooses_and_judges():
    assert not set(STAND_INS) & set(INJECTIONS)
    assert set(FAULTS) <= set(INJECTIONS)


@pytest.mark.parametrize("kind", KINDS)
def test_loudness_stays_and_a_severer_fault_changes_more(kind, machine):
    for seed in range(4):
        found = [distance(machine, kind, level, seed) for level in (0, 0.5, 1)]
        assert 0.001 < found[0] < found[1] < found[2] < 2.0


@pytest.mark.parametrize("kind", KINDS)
def test_equal_generators_give_equal_faults_and_others_do_not(kind, machine):
    first, again, other = (
        inject(kind, 0.7, machine, RATE, np.random.default_rng(seed))
        for seed in (5, 5, 6)
    )
    np.testing.assert_array_equal(first, again)
    assert effective(first - other) > 1e-4 * effective(machine)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", [0.0, 0.25])
def test_silence_and_constants_come_back(kind, value):
    waveform = np.full(RATE, value)
    injected = inject(kind, 1.0, waveform, RATE, np.random.default_rng(0))
    np.testing.assert_array_equal(injected, waveform)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("samples", [2, 163, 8009])
def test_any_length_stays_as_it_is(kind, samples):
    waveform = 0.1 * np.random.default_rng(1).standard_normal(samples)
    injected = inject(kind, 0.5, waveform, RATE, np.random.default_rng(0))
    assert injected.shape == (samples,)
    assert np.isfinite(injected).all()
