import numpy as np
import pytest

from keras_asd.losses import IntraClassCompactness
from keras_asd.losses import OneClassCompactness

COSINE = np.array([[0.3], [-0.5], [1.0]])


@pytest.mark.parametrize("targets", [np.eye(3), np.zeros(3), np.ones((3, 2))])
def test_it_looks_at_the_distance_and_not_at_the_targets(targets):
    losses = np.array(OneClassCompactness(reduction=None)(targets, COSINE))
    np.testing.assert_allclose(losses, [1.4, 3.0, 0.0], atol=1e-6)


def test_it_is_intra_class_compactness_of_one_class():
    several = np.random.default_rng(0).uniform(-1, 1, (5, 1, 4))
    one_class = OneClassCompactness()(np.ones((5, 1)), several)
    intra_class = IntraClassCompactness(1)(np.ones((5, 1)), several)
    assert float(one_class) == float(intra_class)
