import keras
import numpy as np
import pytest

from keras_asd.layers import TotalError
from tests.harness import to_numpy


@pytest.mark.parametrize("num_terms", [None, 1, 4])
def test_every_column_is_the_sum_of_the_first_terms(num_terms):
    terms = np.random.default_rng(0).uniform(size=(3, 5)).astype("float32")
    total = to_numpy(TotalError(2, num_terms)(terms))
    assert total.shape == (3, 2)
    for clip, columns in zip(terms, total, strict=True):
        expected = sum(float(term) for term in clip[: num_terms or 5])
        np.testing.assert_allclose(columns, expected, rtol=1e-6)


def test_a_large_error_stays_finite_under_half_precision():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        total = TotalError(1)(np.full((1, 2), 60_000.0, "float32"))
    finally:
        keras.config.set_dtype_policy(before)
    assert to_numpy(total).tolist() == [[120_000.0]]


def test_counts_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="`num_classes` must be at least 1"):
        TotalError(0)
    with pytest.raises(ValueError, match="Received: num_terms=0"):
        TotalError(1, num_terms=0)
    with pytest.raises(ValueError, match="num_terms=6 for 5"):
        TotalError(1, num_terms=6).build((None, 5))
