import json

import numpy as np
import pytest

from keras_asd.models.frame_predictor import FramePredictor
from tests.harness import to_numpy


def draw_log_mel(frames=9):
    generator = np.random.default_rng(0)
    return generator.normal(-30, 15, (2, frames, 6)).astype("float32")


def make_predictor(predicts, **settings):
    predictor = FramePredictor(5, predicts, (8, 2, 8), **settings)
    predictor.build((None, 9, 6))
    return predictor


@pytest.mark.parametrize("predicts, frames", [("all", 5), ("middle", 1)])
def test_a_network_that_predicts_nothing_leaves_the_level(predicts, frames):
    predictor = make_predictor(predicts)
    last = predictor.network.layers[-1]
    last.kernel.assign(0.0 * last.kernel)
    log_mel = draw_log_mel()
    residuals = to_numpy(predictor(log_mel))
    assert residuals.shape == (2, 5, frames, 6)
    first = 0 if predicts == "all" else 2
    for window in range(5):
        for frame in range(frames):
            expected = log_mel[:, window + first + frame] + 30.0
            np.testing.assert_allclose(
                residuals[:, window, frame], expected, atol=1e-4
            )


@pytest.mark.parametrize("has_norm, count", [(True, 7), (False, 4)])
def test_layers_are_normalised_or_biased_not_both(has_norm, count):
    predictor = make_predictor("all", has_norm=has_norm)
    layers = [
        layer for layer in predictor.network.layers if layer.trainable_weights
    ]
    assert len(layers) == count
    hidden = [layer for layer in layers[:-1] if hasattr(layer, "kernel")]
    assert all(layer.use_bias != has_norm for layer in hidden)
    assert layers[-1].use_bias


def test_it_comes_back_from_its_configuration():
    predictor = make_predictor("middle", has_norm=False)
    config = json.loads(json.dumps(predictor.get_config()))
    assert FramePredictor.from_config(config).get_config() == {
        **config,
        "units": (8, 2, 8),
    }


def test_half_precision_is_the_networks_alone():
    predictor = make_predictor("all", dtype="mixed_float16")
    assert predictor.network.layers[0].compute_dtype == "float16"
    assert predictor.variable_dtype == "float32"
    residuals = predictor(draw_log_mel())
    assert residuals.dtype == "float32"


def test_windows_that_cannot_be_are_refused():
    for num_frames in (0, 1, 4):
        with pytest.raises(ValueError, match="odd and at least 3"):
            FramePredictor(num_frames, "middle", (8,))
    with pytest.raises(ValueError, match="`num_frames` must be at least 1"):
        FramePredictor(0, "all", (8,))
    with pytest.raises(ValueError, match="Received: predicts='first'"):
        FramePredictor(5, "first", (8,))
    for frames in (4, None):
        with pytest.raises(ValueError, match=f"Received: {frames} frames"):
            FramePredictor(5, "all", (8,)).build((None, frames, 6))
