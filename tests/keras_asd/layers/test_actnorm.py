import numpy as np

from keras_asd.layers import ActNorm
from tests.flow_cases import check_change_of_variables
from tests.flow_cases import draw_image
from tests.flow_cases import stir


def test_it_can_be_undone_and_knows_its_volume():
    layer = ActNorm()
    layer.build((None, 2, 3, 2))
    check_change_of_variables(stir(layer), draw_image(2, 2, 3, 2))


def test_it_takes_the_location_off_and_scales_every_channel():
    layer = ActNorm()
    layer.build((None, 1, 1, 2))
    layer.location.assign([1.0, -1.0])
    layer.log_scale.assign(np.log([2.0, 3.0]))
    image, _ = layer(np.array([[[[5.0, 1.0]]]], "float32"))
    np.testing.assert_allclose(np.array(image)[0, 0, 0], [8.0, 6.0], rtol=1e-6)
