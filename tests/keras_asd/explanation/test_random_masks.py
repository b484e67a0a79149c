import numpy as np
import pytest

from keras_asd.explanation import random_masks
from keras_asd.explanation.random_masks import mask_variance


@pytest.mark.parametrize("shape, cells", [((50,), 7), ((12, 9), (3, 4))])
@pytest.mark.parametrize("keep", [0.5, 0.2])
def test_every_value_has_the_promised_mean_and_variance(shape, cells, keep):
    masks = np.stack(list(random_masks(4000, shape, cells, keep)))
    assert masks.dtype == np.float32
    assert masks.shape == (4000, *shape)
    assert masks.min() >= 0 and masks.max() <= 1
    variance = mask_variance(len(shape), keep)
    # Six standard errors.
    error = 6 * np.sqrt(variance / 4000)
    np.testing.assert_allclose(masks.mean(axis=0), keep, atol=error)
    np.testing.assert_allclose(masks.var(axis=0), variance, rtol=0.2)


def test_values_lie_on_straight_lines_between_grid_points():
    for mask in random_masks(20, (300,), cells=3):
        slopes = np.diff(mask.astype("float64"))
        # Up, down, or level; a kink takes two steps.
        values = {round(abs(slope), 4) for slope in slopes}
        assert len(values - {0.0, 0.01}) <= 5


def test_cells_a_cell_apart_are_independent():
    masks = np.stack(list(random_masks(4000, (40,), cells=4)))
    covariance = np.cov(masks.T)
    for i in range(40):
        for j in range(40):
            if abs(i - j) >= 20:
                assert abs(covariance[i, j]) < 0.02
    assert covariance[20, 21] > 0.1


def test_the_seed_tells_all_and_more_masks_begin_with_the_same():
    few = list(random_masks(3, (6, 5), 2, seed=1))
    many = list(random_masks(9, (6, 5), 2, seed=1))
    np.testing.assert_array_equal(few, many[:3])
    assert not np.array_equal(few, list(random_masks(3, (6, 5), 2, seed=2)))


@pytest.mark.parametrize(
    "arguments, reason",
    [
        ({"num_masks": 1}, "at least 2"),
        ({"cells": (2, 2)}, "one for each axis"),
        ({"cells": 0}, "one for each axis"),
        ({"cells": 11}, "one for each axis"),
        ({"keep": 0.0}, "between 0 and 1"),
        ({"keep": 1.0}, "between 0 and 1"),
    ],
)
def test_bad_arguments_are_refused(arguments, reason):
    arguments = {"num_masks": 2, "shape": (10,), "cells": 2, **arguments}
    with pytest.raises(ValueError, match=reason):
        list(random_masks(**arguments))
