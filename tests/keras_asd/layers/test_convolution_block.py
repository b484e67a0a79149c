import numpy as np
import pytest

from keras_asd.layers import ConvolutionBlock


def slow_convolution(image, kernel, strides, border):
    """Loops over places; `kernel` is `(height, width, in, out)`."""
    height, width = kernel.shape[:2]
    padded = np.pad(image, [(border[0],) * 2, (border[1],) * 2, (0, 0)])
    rows = range(0, padded.shape[0] - height + 1, strides)
    columns = range(0, padded.shape[1] - width + 1, strides)
    return np.array(
        [
            [
                np.einsum(
                    "abi,abio->o",
                    padded[row : row + height, column : column + width],
                    kernel,
                )
                for column in columns
            ]
            for row in rows
        ]
    )


@pytest.mark.parametrize("size", [(7, 8), (8, 7), (1, 2)])
@pytest.mark.parametrize("strides", [1, 2])
@pytest.mark.parametrize("is_depthwise", [False, True])
def test_it_is_what_a_slow_hand_gets(size, strides, is_depthwise):
    generator = np.random.default_rng(0)
    block = ConvolutionBlock(3, 3, strides=strides, is_depthwise=is_depthwise)
    block.build((None, *size, 3))
    kernel = generator.normal(size=block.convolution.kernel.shape)
    gamma, beta, mean, slope = generator.normal(size=(4, 3))
    variance = generator.uniform(0.5, 2.0, 3)
    block.convolution.set_weights([kernel])
    block.norm.set_weights([gamma, beta, mean, variance])
    block.rectifier.set_weights([slope[None, None]])
    if is_depthwise:
        kernel = kernel[..., 0][..., None] * np.eye(3)
    image = generator.normal(size=(*size, 3))
    outputs = slow_convolution(image, kernel, strides, (1, 1))
    outputs = (outputs - mean) / np.sqrt(variance + 1e-5) * gamma + beta
    expected = np.where(outputs > 0, outputs, slope * outputs)
    actual = np.array(block(image[None]))[0]
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-5)


def test_the_last_one_spans_the_whole_image():
    block = ConvolutionBlock(
        2, (5, 4), is_depthwise=True, is_padded=False, is_rectified=False
    )
    assert block(np.ones((1, 5, 4, 2))).shape == (1, 1, 1, 2)
    assert block.rectifier is None


@pytest.mark.parametrize(
    "arguments, deviation",
    [
        ({"filters": 64, "kernel_size": 3}, 0.0589),
        (
            {
                "filters": 512,
                "kernel_size": (20, 8),
                "is_depthwise": True,
                "is_padded": False,
            },
            0.00494,
        ),
    ],
)
def test_the_kernels_start_as_wide_as_the_published_ones(arguments, deviation):
    block = ConvolutionBlock(**arguments)
    block.build((None, 20, 8, arguments["filters"]))
    kernel = block.convolution.kernel.numpy()
    assert kernel.std() == pytest.approx(deviation, rel=0.05)


def test_slopes_start_at_a_quarter():
    block = ConvolutionBlock(4, 1)
    block.build((None, 3, 3, 2))
    np.testing.assert_array_equal(block.rectifier.alpha.numpy(), 0.25)


def test_a_depthwise_block_cannot_change_the_number_of_channels():
    with pytest.raises(ValueError, match="Received: filters=4"):
        ConvolutionBlock(4, 3, is_depthwise=True).build((None, 5, 5, 3))
