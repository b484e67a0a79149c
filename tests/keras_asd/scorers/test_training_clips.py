import numpy as np
import pytest

from keras_asd.scorers import NearestNeighbors
from keras_asd.scorers.training_clips import distinct


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e39])
def test_a_row_that_is_not_finite_is_named(bad):
    rows = np.ones((5, 3))
    rows[3, 1] = bad
    with pytest.raises(ValueError, match="the first is row 3"):
        NearestNeighbors().fit(rows)


@pytest.mark.parametrize("shape", [(3,), (0, 3), (3, 0), (2, 2, 2)])
def test_embeddings_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match="Received: embeddings of shape"):
        NearestNeighbors().fit(np.ones(shape))


@pytest.mark.parametrize("groups", [[0, 1], [0.0, 1.0, 2.0], [[0], [1], [2]]])
def test_groups_that_do_not_fit_are_refused(groups):
    with pytest.raises(ValueError, match="`groups` must hold one integer"):
        NearestNeighbors().fit(np.ones((3, 2)), groups)


def test_a_negative_group_is_named():
    with pytest.raises(ValueError, match=r"Received: groups\[1\]=-2"):
        NearestNeighbors().fit(np.ones((3, 2)), [0, -2, 1])


def test_domains_that_are_no_booleans_are_refused():
    with pytest.raises(ValueError, match="`is_target` must hold one boolean"):
        NearestNeighbors().fit(np.ones((2, 2)), is_target=["source", "target"])


def test_rows_that_differ_in_the_sign_of_zero_are_equal():
    rows = np.array([[0.0, 1.0], [-0.0, 1.0], [0.0, 1.0 + 1e-12]])
    assert distinct(rows).tolist() == [[0.0, 1.0]]
