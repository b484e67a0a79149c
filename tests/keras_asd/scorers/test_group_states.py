"""Scorers put together from the groups of two."""

import numpy as np
import pytest

from keras_asd.scorers import JoinedScorer
from keras_asd.scorers import LocalDensity
from keras_asd.scorers import NearestNeighbors
from keras_asd.scorers import ViewSum
from tests.scorer_cases import MAKERS
from tests.scorer_cases import SPACES
from tests.scorer_cases import draw_clips

ROWS = np.random.default_rng(7).normal(size=(6, 5))


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("space", SPACES)
def test_a_group_is_taken_and_the_others_stay_to_the_bit(name, space):
    old = MAKERS[name](space).fit(*draw_clips([(6, 2), (5, 0), (9, 4)]))
    # Larger in one group, and with a new one.
    sizes = [(3, 1), (12, 3), (9, 4), (7, 0)]
    new = MAKERS[name](space).fit(*draw_clips(sizes, seed=1))
    mixed = old.with_groups_of(new, [1, 3])
    scores = np.array(mixed(ROWS))
    np.testing.assert_array_equal(
        scores[:, [0, 2]], np.array(old(ROWS))[:, ::2]
    )
    np.testing.assert_array_equal(scores[:, 1::2], np.array(new(ROWS))[:, 1::2])


def test_what_all_groups_of_a_sum_share_stays():
    def fit(seed, size):
        parts = [LocalDensity(space="raw"), NearestNeighbors(space="raw")]
        clips = draw_clips([(20, 0), (size, 5)], seed=seed)
        return ViewSum(parts, dims=[3, 2], num_whole=1).fit(*clips)

    old, new = fit(0, 20), fit(1, 40)
    mixed = old.with_groups_of(new, [1])
    scores = np.array(mixed(ROWS))
    np.testing.assert_array_equal(scores[:, 0], np.array(old(ROWS))[:, 0])
    # Its own bank, in the currency of the old sum.
    assert not np.array_equal(scores[:, 1], np.array(old(ROWS))[:, 1])
    np.testing.assert_array_equal(mixed.tail_start, old.tail_start)
    np.testing.assert_array_equal(
        np.array(mixed.location)[:, 1], np.array(new.location)[:, 1]
    )


def test_groups_of_joined_scorers_are_counted_through():
    def fit(seed):
        scorers = [NearestNeighbors(space="raw") for _ in range(2)]
        clips = np.random.default_rng(seed).normal(size=(12, 5))
        parts = np.repeat([0, 1], 6)
        groups = np.tile([0, 1], 6)
        return JoinedScorer(scorers, [3, 2]).fit(clips, parts, groups)

    old, new = fit(0), fit(1)
    scores = np.array(old.with_groups_of(new, [2])(ROWS))
    kept = [0, 1, 3]
    np.testing.assert_array_equal(scores[:, kept], np.array(old(ROWS))[:, kept])
    np.testing.assert_array_equal(scores[:, 2], np.array(new(ROWS))[:, 2])
