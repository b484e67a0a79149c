import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_asd.models.residual_covariance import ResidualCovariance


@given(seed=st.integers(0, 99), size=st.integers(2, 40))
def test_parts_give_the_covariance_of_the_whole(seed, size):
    generator = np.random.default_rng(seed)
    rows = generator.normal(30.0, 5.0, (size, 3))
    spread = ResidualCovariance(3)
    for part in np.array_split(rows, 1 + size // 7):
        spread.add(part.reshape(1, -1, 3))
    expected = np.cov(rows, rowvar=False, bias=True)
    np.testing.assert_allclose(spread.covariance(), expected, atol=1e-9)
    assert spread.count == size


def test_the_root_is_that_of_the_inverse():
    rows = np.random.default_rng(0).normal(size=(50, 4)) * [1, 2, 3, 4]
    spread = ResidualCovariance(4)
    spread.add(rows)
    root = spread.root()
    np.testing.assert_allclose(
        root @ root.T, np.linalg.inv(spread.covariance()), rtol=1e-9
    )


@pytest.mark.parametrize(
    "rows, largest",
    [
        (np.zeros((5, 3)), 1e3),
        (np.outer([1.0, -1.0], [3.0, 0.0, 0.0]), 1 / np.sqrt(3e-4)),
    ],
)
def test_directions_without_variance_keep_a_least_one(rows, largest):
    spread = ResidualCovariance(3)
    spread.add(rows)
    lengths = np.linalg.norm(spread.root(), axis=0)
    assert lengths.max() == pytest.approx(largest)
