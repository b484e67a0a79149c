import keras
import numpy as np
import pytest

from keras_asd.losses.adaptive_scale import AdaptiveScale
from keras_asd.losses.adaptive_scale import fixed_scale

COSINE = np.random.default_rng(0).uniform(-1, 1, (4, 4, 2)).astype("float32")


@pytest.mark.parametrize(
    "num_centres, expected",
    [(2, 0.5), (3, 0.9803), (186, 7.3827), (186 * 16, 11.3109)],
)
def test_the_fixed_scale_is_the_formula_s_with_a_floor(num_centres, expected):
    assert fixed_scale(num_centres) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("mode", ["adaptive", "reference"])
def test_it_comes_back_from_its_configuration_where_it_stood(mode):
    scale = AdaptiveScale(4.0, mode)
    scale.update_state(np.eye(4, dtype="float32"), COSINE)
    restored = keras.metrics.deserialize(keras.metrics.serialize(scale))
    assert restored.get_config() == scale.get_config()
    assert float(restored.result()) == float(scale.result()) != 4.0


def test_a_reset_between_epochs_leaves_it():
    scale = AdaptiveScale(4.0, "adaptive")
    scale.reset_state()
    assert float(scale.result()) == 4.0
