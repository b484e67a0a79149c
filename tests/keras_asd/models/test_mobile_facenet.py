import numpy as np
import pytest

from keras_asd.layers import Bottleneck
from keras_asd.layers import ConvolutionBlock
from keras_asd.models import MobileFaceNet


@pytest.mark.parametrize(
    "stages, channels, num_trainable",
    [
        # Published counts less the dead dense layer of 5,289; the older code
        # counted 41 centres of 128 numbers as part of the backbone.
        ("short", 3, 876_201 - 5289),
        ("short", 2, 875_625 - 5289),
        ("original", 2, 1_069_929 - 5289 - 41 * 128),
    ],
)
def test_it_has_as_many_parameters_as_the_published_one(
    stages, channels, num_trainable
):
    backbone = MobileFaceNet(stages)
    backbone.build((None, 313, 128, channels))
    sizes = [np.prod(weight.shape) for weight in backbone.trainable_weights]
    assert sum(sizes) == num_trainable


def test_the_images_shrink_as_in_the_published_network():
    backbone = MobileFaceNet(width=0.25)
    backbone.build((None, 313, 128, 3))
    shape, sizes = (None, 313, 128, 3), []
    for block in backbone.blocks:
        shape = block.compute_output_shape(shape)
        sizes.append(shape[1:3])
    assert list(dict.fromkeys(sizes)) == [
        (157, 64),
        (79, 32),
        (40, 16),
        (20, 8),
        (1, 1),
    ]


@pytest.mark.parametrize(
    "stages, num_bottlenecks", [("short", 6), ("original", 15)]
)
def test_a_skip_is_in_every_repeat_but_the_first_of_a_stage(
    stages, num_bottlenecks
):
    backbone = MobileFaceNet(stages, width=0.25)
    backbone.build((None, 32, 16, 3))
    blocks = [b for b in backbone.blocks if isinstance(b, Bottleneck)]
    skips = [block.is_residual for block in blocks]
    assert len(blocks) == num_bottlenecks
    if stages == "short":
        assert skips == [False, True] * 3
    else:
        # Stages of stride 1 that keep their channels skip from the start.
        assert skips == [False, *[True] * 4, False, *[True] * 6, False] + (
            [True] * 2
        )


def test_the_last_two_blocks_have_no_rectifier():
    backbone = MobileFaceNet(width=0.25)
    backbone.build((None, 32, 16, 3))
    rectified = [
        block.is_rectified
        for block in backbone.blocks
        if isinstance(block, ConvolutionBlock)
    ]
    assert rectified == [True, True, True, False, False]


def test_a_bad_width_and_unknown_stages_are_refused():
    with pytest.raises(ValueError, match="1.0 is the published network"):
        MobileFaceNet(width=0.0)
    with pytest.raises(ValueError, match="'short', 'original'"):
        MobileFaceNet("long")
