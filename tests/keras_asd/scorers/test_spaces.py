import numpy as np
import pytest

from keras_asd.scorers import NearestNeighbors
from keras_asd.scorers.spaces import fit_space
from keras_asd.scorers.spaces import into_space
from keras_asd.scorers.spaces import whitening_matrix
from tests.scorer_cases import SPACES
from tests.scorer_cases import draw_clips
from tests.slow_spaces import slow_distance
from tests.slow_spaces import slow_space


@pytest.mark.parametrize("space", SPACES)
def test_distances_are_those_of_a_slow_hand(space):
    rows = draw_clips([(12, 0)])[0].astype("float64")
    coordinates = into_space(space, rows, fit_space(space, rows))
    move = slow_space(space, rows)
    for i in range(12):
        actual = slow_distance(space, coordinates[i], coordinates[0])
        expected = slow_distance(space, move(rows[i]), move(rows[0]))
        assert actual == pytest.approx(expected, rel=1e-5, abs=1e-9)


@pytest.mark.parametrize("space", SPACES)
def test_the_layer_goes_where_the_fit_went(space):
    rows = draw_clips([(40, 0)], dim=32)[0] + 100.0
    scorer = NearestNeighbors(space=space).fit(rows)
    expected = into_space(
        space, rows.astype("float64"), fit_space(space, rows.astype("float64"))
    )
    actual = np.array(scorer._into_space(rows))[:, 0]
    size = np.abs(expected).max()
    np.testing.assert_allclose(actual, expected, atol=1e-5 * size)


def test_whitened_clips_have_no_correlation_left():
    generator = np.random.default_rng(0)
    mixing = generator.normal(size=(6, 6))
    rows = generator.normal(size=(20_000, 6)) @ mixing
    whitened = into_space("whitened", rows, fit_space("whitened", rows))
    np.testing.assert_allclose(
        whitened.T @ whitened / len(rows), np.eye(6), atol=0.02
    )


def test_a_tie_between_dimensions_stays_finite():
    rows = np.random.default_rng(0).normal(size=(5000, 4))
    rows[:, 3] = rows[:, 0]
    state = fit_space("whitened", rows)
    assert np.isfinite(state["factor"]).all()
    assert np.abs(state["factor"]).max() < 1e3


def test_a_dimension_without_spread_is_left_out():
    rows = np.random.default_rng(0).normal(size=(9, 3))
    # The least step in float32: its spread is rounding.
    rows[:, 1] = np.where(
        np.arange(9) == 0, 7.0, np.nextafter(7.0, 8.0, dtype="f")
    )
    assert fit_space("standardized", rows)["factor"][1] == 0.0
    factor = fit_space("whitened", rows)["factor"]
    assert not factor[1].any() and not factor[:, 1].any()
    assert np.linalg.matrix_rank(factor) == 2


def test_a_single_clip_is_compared_as_it_is():
    rows = np.array([[3.0, -2.0]])
    np.testing.assert_array_equal(
        fit_space("standardized", rows)["factor"], [1.0, 1.0]
    )
    np.testing.assert_array_equal(
        fit_space("whitened", rows)["factor"], np.eye(2)
    )


def test_two_clips_favour_no_direction():
    root = whitening_matrix(np.array([[3.0, 0.0, 0.0], [-3.0, 0.0, 0.0]]))
    np.testing.assert_allclose(root, np.eye(3) / np.sqrt(3.0))


@pytest.mark.parametrize("length", [1e-30, 1e-3, 1e30])
def test_the_sphere_takes_any_length(length):
    row = np.array([[3.0, 4.0]], "float32") * np.float32(length)
    scorer = NearestNeighbors().fit(row)
    np.testing.assert_allclose(
        np.array(scorer._into_space(row))[0, 0], [0.6, 0.8], rtol=1e-6
    )


def test_an_embedding_of_zeros_is_as_far_from_all_directions():
    scorer = NearestNeighbors().fit([[1.0, 0.0], [-1.0, 0.0]])
    assert float(scorer(np.zeros((1, 2)))[0, 0]) == pytest.approx(0.5)
    scorer = NearestNeighbors().fit([[0.0, 0.0]])
    assert float(scorer(np.zeros((1, 2)))[0, 0]) == 0.0
