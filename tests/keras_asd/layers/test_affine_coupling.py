import numpy as np
import pytest

from keras_asd.layers import AffineCoupling
from tests.flow_cases import check_change_of_variables
from tests.flow_cases import draw_image
from tests.flow_cases import stir


def make_coupling(num_channels):
    layer = AffineCoupling(width=6)
    layer.build((None, 2, 3, num_channels))
    return layer


@pytest.mark.parametrize("num_channels", [2, 3])
def test_it_can_be_undone_and_knows_its_volume(num_channels):
    image = draw_image(2, 2, 3, num_channels)
    check_change_of_variables(stir(make_coupling(num_channels)), image)


def test_the_first_half_stays_and_says_how_the_others_move():
    layer, image = stir(make_coupling(4)), draw_image(1, 2, 3, 4)
    outputs = np.array(layer(image)[0])
    np.testing.assert_array_equal(outputs[..., :2], image[..., :2])
    doubled = image * [1.0, 1.0, 2.0, 2.0]
    shift = 2 * outputs - np.array(layer(doubled.astype("float32"))[0])
    # (value + shift) * scale: twice the value leaves shift * scale over.
    moved = image + [0.0, 0.0, 1.0, 1.0]
    scale = np.array(layer(moved.astype("float32"))[0]) - outputs
    np.testing.assert_allclose(
        outputs[..., 2:],
        image[..., 2:] * scale[..., 2:] + shift[..., 2:],
        atol=1e-5,
    )
    assert 0 < scale[..., 2:].min() < scale[..., 2:].max() < 1


def test_it_starts_with_one_scale_everywhere():
    image = draw_image(2, 2, 3, 4)
    outputs, log_determinant = make_coupling(4)(image)
    scale = 1 / (1 + np.exp(-2.0))
    np.testing.assert_allclose(
        np.array(outputs), image * [1, 1, scale, scale], rtol=1e-5
    )
    np.testing.assert_allclose(
        np.array(log_determinant), [12 * np.log(scale)] * 2, rtol=1e-5
    )


def test_a_single_channel_and_no_width_are_refused():
    with pytest.raises(ValueError, match="at least two channels"):
        make_coupling(1)
    with pytest.raises(ValueError, match="Received: width=0"):
        AffineCoupling(0)
