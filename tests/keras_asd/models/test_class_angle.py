import numpy as np
import pytest

from keras_asd.layers import ClassCosine
from keras_asd.layers import ClassLogits
from keras_asd.layers import JoinedHead
from keras_asd.layers import TotalError
from keras_asd.models.class_angle import class_angle

IS_OWN = np.array([[True, True, False], [False, True, True]])


def slow_angles(rows, centres, is_own):
    angles = []
    for row, own in zip(rows, is_own, strict=True):
        cosines = [
            row @ centre / np.linalg.norm(row) / np.linalg.norm(centre)
            for centre, counts in zip(centres, own, strict=True)
            if counts
        ]
        angles.append(np.degrees(np.arccos(max(cosines))))
    return angles


def draw_rows(seed=0):
    return np.random.default_rng(seed).normal(size=(2, 4)).astype("float32")


@pytest.mark.parametrize("make", [ClassCosine, ClassLogits])
def test_it_is_the_angle_to_the_nearest_centre_of_ones_own(make):
    head, rows = make(3), draw_rows()
    output = head(rows)
    centres = np.array(head.weights[0])
    centres = centres if centres.shape == (3, 4) else centres.T
    found = class_angle(head, rows, output, IS_OWN)
    np.testing.assert_allclose(
        np.array(found), slow_angles(rows, centres, IS_OWN), rtol=1e-4
    )


def test_of_joined_heads_it_is_that_of_the_part_with_ones_class():
    heads = [ClassLogits(2), ClassLogits(1)]
    joined = JoinedHead(heads, dims=[4, 4])
    rows = np.concatenate([draw_rows(), draw_rows(1)], axis=1)
    found = class_angle(joined, rows, joined(rows), IS_OWN)
    first = class_angle(heads[0], rows[:, :4], None, IS_OWN[:, :2])
    second = class_angle(heads[1], rows[:, 4:], None, IS_OWN[:, 2:])
    expected = [first[0], min(first[1], second[1])]
    np.testing.assert_allclose(np.array(found), np.array(expected), rtol=1e-5)


def test_without_centres_there_is_none():
    head, rows = TotalError(3), draw_rows()
    found = class_angle(head, rows, head(rows), IS_OWN)
    np.testing.assert_array_equal(np.array(found), -1.0)
