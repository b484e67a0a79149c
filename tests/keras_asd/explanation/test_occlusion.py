import numpy as np
import pytest
from keras import ops

from keras_asd.explanation import occlusion
from tests.keras_asd.explanation.test_rise import PATCH
from tests.keras_asd.explanation.test_rise import Fake
from tests.keras_asd.explanation.test_rise import Mean
from tests.keras_asd.explanation.test_rise import energy


def test_the_peak_lies_where_the_score_comes_from():
    waveform = np.random.default_rng(0).normal(size=600).astype("float32")
    found = occlusion(Fake(), energy, waveform, "picture", cells=(10, 8))
    time, bin_ = np.unravel_index(found.argmax(), found.shape)
    assert found.shape == (30, 20)
    assert PATCH[0].start <= time < PATCH[0].stop
    assert PATCH[1].start <= bin_ < PATCH[1].stop
    assert np.abs(found[:10, 12:]).max() < 1e-6


@pytest.mark.parametrize("batch_size", [1, 4])
def test_at_the_points_of_the_grid_it_is_the_fall_of_the_score(batch_size):
    clip = np.array([1.0, 2.0, -1.0, 0.5, 1.5, 1.0], "float32")

    def total(embedding):
        return ops.sum(embedding, axis=-1)

    told = []
    found = occlusion(
        Mean(),
        total,
        clip,
        "numbers",
        cells=5,
        batch_size=batch_size,
        progress=told.append,
    )
    np.testing.assert_allclose(found, clip * Mean.weights, atol=1e-6)
    assert sum(told) == 7


@pytest.mark.parametrize("cells", [0, 7])
def test_a_grid_that_does_not_fit_is_refused(cells):
    with pytest.raises(ValueError, match="from 1 to the length.*Received"):
        occlusion(Mean(), energy, np.ones(6), "numbers", cells=cells)
