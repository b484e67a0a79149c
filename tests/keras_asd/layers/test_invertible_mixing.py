import numpy as np

from keras_asd.layers import InvertibleMixing
from tests.flow_cases import check_change_of_variables
from tests.flow_cases import draw_image
from tests.flow_cases import stir


def make_mixing(num_channels):
    layer = InvertibleMixing()
    layer.build((None, 2, 1, num_channels))
    return layer


def test_it_can_be_undone_and_knows_its_volume():
    check_change_of_variables(stir(make_mixing(5)), draw_image(2, 2, 1, 5))


def test_it_starts_as_a_rotation():
    image = draw_image(4, 2, 1, 6)
    mixed, log_determinant = make_mixing(6)(image)
    np.testing.assert_allclose(
        np.linalg.norm(mixed, axis=-1),
        np.linalg.norm(image, axis=-1),
        rtol=1e-5,
    )
    np.testing.assert_array_equal(np.array(log_determinant), np.zeros(4))


def test_its_matrix_is_the_rotation_and_the_two_triangles():
    layer = stir(make_mixing(4))
    triangles = np.array(layer.triangles)
    lower, upper = np.eye(4), np.zeros((4, 4))
    for row in range(4):
        upper[row, row] = np.exp(triangles[row, row])
        for column in range(row):
            lower[row, column] = triangles[row, column]
            upper[column, row] = triangles[column, row]
    image = draw_image(3, 2, 1, 4)
    expected = image @ np.array(layer.rotation) @ lower @ upper
    np.testing.assert_allclose(np.array(layer(image)[0]), expected, atol=1e-5)
