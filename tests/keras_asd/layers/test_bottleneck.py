import numpy as np
import pytest

from keras_asd.layers import Bottleneck


@pytest.mark.parametrize(
    "filters, strides, is_residual",
    [(4, 1, True), (4, 2, False), (5, 1, False)],
)
def test_a_skip_joins_input_and_output_only_where_they_fit(
    filters, strides, is_residual
):
    block = Bottleneck(filters, 2, strides=strides)
    block.build((None, 7, 6, 4))
    norm = block.blocks[-1].norm
    norm.gamma.assign(np.zeros(filters))
    norm.beta.assign(np.full(filters, 0.5))
    image = np.random.default_rng(0).normal(size=(1, 7, 6, 4))
    actual = np.array(block(image))
    expected = image + 0.5 if is_residual else np.full(actual.shape, 0.5)
    np.testing.assert_allclose(actual, expected, atol=1e-6)


@pytest.mark.parametrize(
    "filters, expansion, channels, num_trainable",
    [(128, 2, 64, 26_752), (128, 2, 128, 69_632), (128, 4, 128, 139_008)],
)
def test_it_has_as_many_parameters_as_the_published_one(
    filters, expansion, channels, num_trainable
):
    block = Bottleneck(filters, expansion)
    block.build((None, 4, 4, channels))
    sizes = [np.prod(weight.shape) for weight in block.trainable_weights]
    assert sum(sizes) == num_trainable


def test_it_is_its_three_blocks_one_after_the_other():
    block = Bottleneck(3, 2, strides=2)
    image = np.random.default_rng(0).normal(size=(2, 5, 6, 4))
    outputs = image
    block(image)
    for inner in block.blocks:
        outputs = inner(outputs)
    np.testing.assert_array_equal(np.array(block(image)), np.array(outputs))
