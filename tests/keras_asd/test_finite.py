import numpy as np
import pytest

from keras_asd.finite import is_finite
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
