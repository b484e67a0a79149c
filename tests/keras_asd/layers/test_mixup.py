import numpy as np
import pytest
from keras import ops

from keras_asd.layers import Mixup


@pytest.mark.parametrize("shape", [(4,), (4, 3), (4, 3, 2), (4, 3, 2, 5)])
def test_every_row_is_mixed_with_its_partner(shape):
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=shape)
    weight = np.array([0.1, 0.5, 0.9, 0.3])
    partner = np.array([2, 1, 0, 0])
    expected = [
        weight[i] * inputs[i] + (1 - weight[i]) * inputs[partner[i]]
        for i in range(4)
    ]
    actual = np.array(Mixup()(inputs, weight, partner))
    np.testing.assert_allclose(actual, expected, atol=1e-6)


def test_the_ends_are_exactly_oneself_and_the_partner():
    inputs = np.array([[0.1, 7e4], [3e-5, -1.0]], "float32")
    mixed = Mixup()(inputs, np.array([1.0, 0.0]), np.array([1, 0]))
    np.testing.assert_array_equal(np.array(mixed), inputs[[0, 0]])


def test_a_waveform_keeps_its_precision_under_a_mixed_policy():
    inputs = ops.array([[0.123456]], "float32")
    mixed = Mixup(dtype="mixed_float16")(inputs, ops.ones(1), np.array([0]))
    assert float(mixed[0, 0]) == float(inputs[0, 0])
