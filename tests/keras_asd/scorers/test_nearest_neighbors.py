import numpy as np
import pytest

from keras_asd.scorers import NearestNeighbors
from keras_asd.scorers.reference_scorer import choose_references
from tests.scorer_cases import SPACES
from tests.scorer_cases import draw_clips
from tests.slow_spaces import by_hand
from tests.slow_spaces import slow_distance

SIZES = [(9, 3), (4, 0), (0, 0), (0, 5)]


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("count", [1, 3, 20])
def test_it_is_the_mean_distance_to_the_nearest(space, count):
    def score(row, clips, _):
        distances = sorted(slow_distance(space, row, clip) for clip in clips)
        return np.mean(distances[:count])

    embeddings, groups, is_target = draw_clips(SIZES)
    rows = draw_clips([(6, 6)], seed=0)[0]
    scorer = NearestNeighbors(count, space=space)
    actual = np.array(scorer.fit(embeddings, groups, is_target)(rows))
    expected = by_hand(space, embeddings, groups, rows, score)
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-5)
    assert np.isnan(actual[:, 2]).all()


@pytest.mark.parametrize("space", SPACES)
def test_a_training_clip_is_at_no_distance(space):
    embeddings, groups, _ = draw_clips([(300, 0)], dim=64)
    scorer = NearestNeighbors(space=space).fit(embeddings, groups)
    scores = np.array(scorer(embeddings))
    assert scores.max() < 1e-4


def test_a_tight_group_far_from_zero_keeps_its_digits():
    generator = np.random.default_rng(0)
    clips = (1000.0 + generator.normal(size=(50, 8))).astype("float32")
    rows = (1000.0 + generator.normal(size=(20, 8))).astype("float32")
    scores = np.array(NearestNeighbors(space="raw").fit(clips)(rows))[:, 0]
    expected = [
        min(np.linalg.norm(clip - row.astype("float64")) for clip in clips)
        for row in rows
    ]
    np.testing.assert_allclose(scores, expected, rtol=1e-6)
    # So does a tight cone of directions: a few hundredths of a degree.
    compact = np.array(NearestNeighbors().fit(clips)(rows))[:, 0]
    units = [c / np.linalg.norm(c) for c in clips.astype("float64")]
    expected = [
        min(
            np.sum((row / np.linalg.norm(row) - unit) ** 2) / 2
            for unit in units
        )
        for row in rows.astype("float64")
    ]
    np.testing.assert_allclose(compact, expected, rtol=2e-3)


def test_a_large_group_is_thinned_to_clips_that_cover_it():
    embeddings, _, _ = draw_clips([(200, 0)], seed=1)
    scorer = NearestNeighbors(space="standardized", max_references=20)
    scorer.fit(embeddings)
    assert scorer.references.shape == (1, 20, 5)
    scores = np.array(scorer(embeddings))[:, 0]
    assert np.sum(scores < 1e-3) == 20
    chosen = np.random.default_rng(0).permutation(200)[:20]
    z = (embeddings - embeddings.mean(axis=0)) / embeddings.std(axis=0)
    gaps = [np.linalg.norm(z[chosen] - row, axis=1).min() for row in z]
    assert scores.max() < max(gaps)


def test_chosen_references_are_farther_apart_than_any_row_from_them():
    rows = np.random.default_rng(0).normal(size=(60, 3))
    chosen = choose_references(rows, 12)
    assert len(set(chosen)) == 12
    gap = np.linalg.norm(rows[:, None] - rows[chosen], axis=2)
    between = gap[chosen] + 1e9 * np.eye(12)
    assert gap.min(axis=1).max() <= between.min()


def test_no_neighbor_and_no_reference_is_refused():
    with pytest.raises(ValueError, match="`num_neighbors` must"):
        NearestNeighbors(0)
    with pytest.raises(ValueError, match="`max_references` must"):
        NearestNeighbors(max_references=1.5)
