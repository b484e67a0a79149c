import math
import pathlib

import numpy as np
import pytest
from keras import ops

from keras_asd.layers import TemporalAttention
from tests.gradients import gradient

GOLDEN = pathlib.Path(__file__).parents[2] / "data/tastgram_mfn.npz"


def test_the_worked_numbers_come_out():
    log_mel = np.array([[[-1, 0, 0.5], [2, -3, 0.5]]])  # two frames
    expected = [[-0.5825702, 0, 0.2912851], [1.7243168, -2.5864754, 0.4310792]]
    actual = np.array(TemporalAttention()(log_mel))[0]
    np.testing.assert_allclose(actual, expected, rtol=1e-6)


def test_it_is_what_the_published_code_gets():
    with np.load(GOLDEN) as golden:
        log_mel = golden["log_mel_code_start"]
        expected = golden["attended_start"]
    actual = np.array(TemporalAttention()(log_mel))
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-6)


def test_the_published_gate_is_shut_on_a_quiet_clip():
    log_mel = np.full((1, 4, 3), -30.0)
    assert np.abs(np.array(TemporalAttention()(log_mel))).max() < 1e-20


def test_the_standardized_gate_is_what_a_slow_hand_gets():
    log_mel = np.random.default_rng(0).normal(-30, 10, (2, 6, 4))
    expected = np.empty_like(log_mel)
    for clip in range(2):
        evidence = [frame.mean() + frame.max() for frame in log_mel[clip]]
        for frame in range(6):
            standing = (evidence[frame] - np.mean(evidence)) / np.std(evidence)
            gate = 1 / (1 + math.exp(-standing))
            expected[clip, frame] = gate * log_mel[clip, frame]
    actual = np.array(TemporalAttention("standardized")(log_mel))
    np.testing.assert_allclose(actual, expected, rtol=1e-4)


def test_the_standardized_gate_does_not_see_the_level():
    log_mel = np.random.default_rng(0).normal(-30, 10, (1, 6, 4))
    gates = [
        np.array(TemporalAttention("standardized")(moved)) / moved
        for moved in (log_mel, log_mel - 40.0)
    ]
    np.testing.assert_allclose(*gates, rtol=1e-4)


@pytest.mark.parametrize("gate", ["raw", "standardized"])
def test_silence_has_finite_gradients(gate):
    slope = gradient(
        lambda x: ops.sum(TemporalAttention(gate)(x)),
        np.full((1, 5, 4), -100.0, "float32"),
    )
    assert np.isfinite(slope).all()


def test_an_unknown_gate_is_refused():
    with pytest.raises(ValueError, match="'raw', 'standardized'"):
        TemporalAttention("hard")
