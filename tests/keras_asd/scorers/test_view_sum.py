import numpy as np
import pytest

from keras_asd.scorers import NearestNeighbors
from keras_asd.scorers import PeakExcess
from keras_asd.scorers import ViewSum
from tests.scorer_cases import draw_clips

DIMS = [3, 2]


def make_views(num_whole=1, **settings):
    parts = [NearestNeighbors(space="raw") for _ in DIMS]
    return ViewSum(parts, DIMS, num_whole, **settings)


def left_out_scores(rows, part):
    """Distance of each clip to the nearest of the four other fifths."""
    scores = np.zeros(len(rows))
    for clip in range(len(rows)):
        others = np.arange(len(rows)) % 5 != clip % 5
        distances = rows[others][:, part] - rows[clip, part]
        scores[clip] = np.linalg.norm(distances, axis=1).min()
    return scores


def test_scores_are_those_of_the_definition():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(40, 5)).astype("float32")
    rows = rows[np.lexsort(rows.T[::-1])]
    fresh = (2 * rng.normal(size=(30, 5))).astype("float32")
    nats = []
    for part in (slice(0, 3), slice(3, 5)):
        left_out = left_out_scores(rows, part)
        start = np.quantile(left_out, 0.8)
        rate = 1 / np.mean(left_out[left_out > start] - start)
        distances = rows[None, :, part] - fresh[:, None, part]
        scores = np.linalg.norm(distances, axis=2).min(axis=1)
        nats.append(np.log(5) + (scores - start) * rate)
    special = np.maximum(nats[1] - 2.0, 0.0)
    assert 0 < np.mean(special > 0) < 1
    np.testing.assert_allclose(
        np.array(make_views().fit(rows)(fresh))[:, 0],
        nats[0] + 0.5 * special,
        rtol=1e-3,
        atol=1e-3,
    )
    np.testing.assert_allclose(
        np.array(make_views(num_whole=2).fit(rows)(fresh))[:, 0],
        np.mean(nats, axis=0),
        rtol=1e-3,
        atol=1e-3,
    )


def test_a_view_of_noise_moves_few_normal_clips():
    rng = np.random.default_rng(1)
    made = make_views().fit(rng.normal(size=(200, 5)))
    fresh = rng.normal(size=(500, 5)).astype("float32")
    moved = np.array(fresh)
    moved[:, 3:] = 0.0
    scores = [np.array(made(rows))[:, 0] for rows in (fresh, moved)]
    share = np.mean(np.abs(scores[0] - scores[1]) > 1e-3)
    # A threshold of 2 nats is a share of 13.5 %.
    assert 0.02 < share < 0.3


def test_neither_the_order_nor_a_repeated_clip_matters():
    clips = draw_clips([(20, 4), (12, 0), (0, 0)])
    rng = np.random.default_rng(1)
    repeated = rng.integers(0, len(clips[0]), 6)
    order = rng.permutation(np.r_[np.arange(len(clips[0])), repeated])
    rows = rng.normal(size=(4, 5))
    np.testing.assert_array_equal(
        np.array(make_views().fit(*(part[order] for part in clips))(rows)),
        np.array(make_views().fit(*clips)(rows)),
    )


@pytest.mark.parametrize("sizes", [[(1, 0)], [(2, 0)], [(1, 0), (9, 0)]])
def test_few_clips_do(sizes):
    clips = draw_clips(sizes)
    parts = [NearestNeighbors(space="raw"), PeakExcess(2)]
    scores = np.array(ViewSum(parts, DIMS, 1).fit(*clips)(clips[0] + 1.0))
    assert np.isfinite(scores).all()


@pytest.mark.parametrize("num_whole", [0, 3])
def test_at_least_one_scorer_counts_as_a_whole(num_whole):
    with pytest.raises(ValueError, match=f"num_whole={num_whole}"):
        make_views(num_whole)
