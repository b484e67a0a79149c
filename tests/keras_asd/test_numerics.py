import numpy as np
import pytest
from keras import ops

from keras_asd.numerics import is_finite
from keras_asd.numerics import to_unit_length
from tests.gradients import gradient
from tests.harness import to_numpy

LARGEST = np.finfo("float32").max


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_it_is_isfinite(dtype):
    values = np.array([0, -0.0, 1, -1e4, 1e-7, np.nan, np.inf, -np.inf], dtype)
    np.testing.assert_array_equal(
        to_numpy(is_finite(values)).astype(bool), np.isfinite(values)
    )


def test_the_largest_number_is_finite():
    values = np.array([LARGEST, -LARGEST], "float32")
    assert to_numpy(is_finite(values)).all()


def test_integers_are_finite():
    assert to_numpy(is_finite(np.array([-3, 7], "int32"))).all()


def test_every_vector_but_zero_has_length_one():
    vectors = np.random.default_rng(0).normal(size=(4, 3, 5))
    scales = np.array([1e-4, 1.0, 1e4])[:, None]
    result = np.array(to_unit_length((vectors * scales).astype("float32")))
    np.testing.assert_allclose(np.linalg.norm(result, axis=-1), 1.0, rtol=1e-5)
    np.testing.assert_allclose(
        result, vectors / np.linalg.norm(vectors, axis=-1)[..., None], rtol=1e-4
    )


def test_zero_stays_zero_and_has_a_finite_gradient():
    zeros = np.zeros((2, 3), "float32")
    np.testing.assert_array_equal(np.array(to_unit_length(zeros)), zeros)
    slope = gradient(lambda x: ops.sum(to_unit_length(x)), zeros)
    assert np.isfinite(slope).all()
