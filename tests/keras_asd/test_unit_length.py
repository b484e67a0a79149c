import numpy as np
from keras import ops

from keras_asd.unit_length import to_unit_length
from tests.gradients import gradient


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
