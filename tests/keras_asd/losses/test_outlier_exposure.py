import numpy as np
import pytest

from keras_asd.losses import OutlierExposure
from tests.gradients import gradient

CLASSES = [0, 2, 1, 1, 0, 1]


def draw_surprisal(num_clips=6, seed=0):
    generator = np.random.default_rng(seed)
    surprisal = generator.normal(1.0, 1.0, (num_clips, 1))
    return np.repeat(surprisal, 3, axis=1).astype("float32")


def slow_values(classes, surprisal, own_class, margin, weight):
    own = [
        value
        for value, one in zip(surprisal, classes, strict=True)
        if one == own_class
    ]
    values = []
    for value, one in zip(surprisal, classes, strict=True):
        if one == own_class:
            values.append(value)
        elif own:
            missing = margin + sum(own) / len(own) - value
            values.append(weight * max(0.0, missing))
        else:
            values.append(0.0)
    return values


@pytest.mark.parametrize("own_class", [0, 1, 2])
def test_own_clips_count_as_they_are_and_others_by_what_they_lack(own_class):
    surprisal = draw_surprisal()
    loss = OutlierExposure(own_class, margin=0.7, weight=0.3, reduction=None)
    actual = np.array(loss(np.eye(3)[CLASSES], surprisal))
    expected = slow_values(CLASSES, surprisal[:, 0], own_class, 0.7, 0.3)
    np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-6)


def test_a_batch_without_own_clips_counts_zero_and_has_no_gradient():
    loss, targets = OutlierExposure(0), np.eye(3)[[1, 2, 1]]
    surprisal = draw_surprisal(3)
    assert float(loss(targets, surprisal)) == 0.0
    slope = gradient(lambda value: loss(targets, value), surprisal)
    np.testing.assert_array_equal(slope, np.zeros((3, 3)))


def test_the_gradient_makes_own_clips_likely_and_others_unlikely():
    targets, surprisal = np.eye(3)[CLASSES], np.zeros((6, 3), "float32")
    loss = OutlierExposure(0, margin=1.0, reduction="sum")
    slope = gradient(lambda value: loss(targets, value), surprisal)
    is_own = np.array(CLASSES) == 0
    assert (slope[is_own, 0] > 0).all()
    np.testing.assert_allclose(slope[~is_own, 0], -1.0)
    np.testing.assert_array_equal(slope[:, 1:], np.zeros((6, 2)))


def test_far_outliers_do_not_matter():
    targets, surprisal = np.eye(3)[CLASSES], draw_surprisal()
    surprisal[np.array(CLASSES) != 0] = 1e6
    loss = OutlierExposure(0, reduction=None)
    expected = np.where(np.array(CLASSES) == 0, surprisal[:, 0], 0.0)
    np.testing.assert_allclose(np.array(loss(targets, surprisal)), expected)


@pytest.mark.parametrize("name", ["own_class", "margin", "weight"])
def test_negative_arguments_are_refused(name):
    with pytest.raises(ValueError, match=f"Received: {name}=-1"):
        OutlierExposure(**{"own_class": 0, name: -1})


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="own_class=3"):
        OutlierExposure(3)(np.eye(3), np.eye(3))
    with pytest.raises(ValueError, match="a column for each class"):
        OutlierExposure(0)(np.eye(3), np.ones((3, 1)))
