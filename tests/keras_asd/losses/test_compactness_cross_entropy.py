import numpy as np
import pytest

from keras_asd.losses import AdaCos
from keras_asd.losses import CompactnessCrossEntropy
from keras_asd.losses import IntraClassCompactness

COSINE = np.random.default_rng(0).uniform(-1, 1, (6, 4)).astype("float32")
TARGETS = np.random.default_rng(1).dirichlet(np.ones(4), 6).astype("float32")


@pytest.mark.parametrize("scale", [None, 12.0])
def test_it_is_the_sum_of_its_two_parts(scale):
    loss = CompactnessCrossEntropy(4, initial_scale=scale)
    parts = [AdaCos(4, initial_scale=scale), IntraClassCompactness(4)]
    expected = sum(float(part(TARGETS, COSINE)) for part in parts)
    assert float(loss(TARGETS, COSINE)) == pytest.approx(expected, rel=1e-6)


def test_its_scale_adapts_as_that_of_adacos():
    loss, adacos = (
        make(4, scale="adaptive") for make in (CompactnessCrossEntropy, AdaCos)
    )
    for one in (loss, adacos):
        one.adapt(np.eye(4)[[0, 1, 2, 3, 0, 1]], COSINE)
    assert float(loss.scale) == float(adacos.scale)
    assert float(loss.scale) != AdaCos(4).scale
