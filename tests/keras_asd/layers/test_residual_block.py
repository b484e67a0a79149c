import numpy as np
import pytest

from keras_asd.layers import ResidualBlock
from tests.harness import to_numpy
from tests.keras_asd.models.slow_dual_branch import SlowDualBranch


def make_built(channels=4, **settings):
    """A block with drawn weights, and its arrays by published names."""
    block = ResidualBlock(6, **settings)
    block.build((None, 7, 5, channels))
    generator = np.random.default_rng(0)
    for weight in block.weights:
        weight.assign(generator.uniform(-0.5, 0.9, weight.shape))
    arrays = {}
    norms = [norm for norm in (block.input_norm, block.norm) if norm]
    for index, norm in enumerate(norms):
        norm.moving_variance.assign(norm.moving_variance**2 + 0.1)
        name = "batch_normalization" + (f"_{index}" if index else "")
        for part in ("gamma", "beta", "moving_mean", "moving_variance"):
            arrays[f"{name}/{part}:0"] = to_numpy(getattr(norm, part))
    layers = (block.first, block.second, block.shortcut)
    for index, layer in enumerate(layers):
        if layer is not None:
            name = "conv2d" + (f"_{index}" if index else "")
            arrays[f"{name}/kernel:0"] = to_numpy(layer.kernel)
    return block, arrays


@pytest.mark.parametrize("is_normalized", [True, False])
@pytest.mark.parametrize("is_rectified_first", [True, False])
@pytest.mark.parametrize("strides, channels", [(1, 6), (2, 4)])
def test_it_is_the_block_by_hand(
    is_normalized, is_rectified_first, strides, channels
):
    block, arrays = make_built(
        channels,
        strides=strides,
        is_input_normalized=is_normalized,
        is_rectified_first=is_rectified_first,
    )
    images = np.random.default_rng(1).normal(size=(2, 7, 5, channels))
    slow = SlowDualBranch(arrays)
    expected = []
    for image in images:
        slow.numbers = {}
        expected.append(
            slow.block(image, is_normalized, is_rectified_first, strides == 2)
        )
    actual = to_numpy(block(images.astype("float32")))
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    "channels, strides, is_led_through", [(6, 1, False), (4, 1, True)]
)
def test_only_another_shape_needs_a_convolution_on_the_way_around(
    channels, strides, is_led_through
):
    block, _ = make_built(channels, strides=strides)
    assert (block.shortcut is not None) == is_led_through
    assert block(np.ones((1, 7, 5, channels))).shape == (1, 7, 5, 6)


def test_its_kernels_are_in_the_loss():
    block = ResidualBlock(6, kernel_l2=0.5)
    block.build((None, 7, 5, 4))
    squares = [
        np.sum(to_numpy(layer.kernel) ** 2)
        for layer in (block.first, block.second, block.shortcut)
    ]
    total = sum(float(loss) for loss in block.losses)
    assert total == pytest.approx(0.5 * sum(squares), rel=1e-5)
