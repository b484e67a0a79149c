import keras
import numpy as np
import pytest

from keras_asd.scorers import CentreAngle
from keras_asd.scorers import LocalDensity
from keras_asd.scorers import Mahalanobis
from keras_asd.scorers import MinimumOverDomains
from keras_asd.scorers import NearestNeighbors
from keras_asd.scorers import ScoreSum
from tests.scorer_cases import draw_clips

SIZES = [(20, 4), (12, 0), (0, 0), (0, 9)]
DIMS = [3, 2]


def make_sum():
    own = MinimumOverDomains(NearestNeighbors(2, space="standardized"))
    return ScoreSum([own, Mahalanobis("shared", space="raw")], DIMS)


def test_each_part_is_standardised_by_its_left_out_scores():
    generator = np.random.default_rng(0)
    rows = generator.normal(size=(23, 5)).astype("float32")
    order = np.lexsort(rows.T[::-1])
    rows = rows[order]
    fresh = generator.normal(size=(6, 5)).astype("float32")
    made = ScoreSum([NearestNeighbors(space="raw") for _ in DIMS], DIMS)
    found = np.array(made.fit(rows)(fresh))[:, 0]
    expected = np.zeros(6)
    for part in (slice(0, 3), slice(3, 5)):
        left_out = np.zeros(23)
        for clip in range(23):
            others = np.arange(23) % 5 != clip % 5
            distances = rows[others][:, part] - rows[clip, part]
            left_out[clip] = np.linalg.norm(distances, axis=1).min()
        distances = rows[None, :, part] - fresh[:, None, part]
        scores = np.linalg.norm(distances, axis=2).min(axis=1)
        expected += (scores - left_out.mean()) / left_out.std(ddof=1)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3)


def test_neither_the_order_nor_a_repeated_clip_matters():
    clips = draw_clips(SIZES)
    generator = np.random.default_rng(1)
    repeated = generator.integers(0, len(clips[0]), 6)
    order = generator.permutation(np.r_[np.arange(len(clips[0])), repeated])
    rows = generator.normal(size=(4, 5))
    np.testing.assert_array_equal(
        np.array(make_sum().fit(*(part[order] for part in clips))(rows)),
        np.array(make_sum().fit(*clips)(rows)),
    )


def test_a_group_without_a_clip_and_a_broken_row_score_nan():
    rows = np.ones((4, 5), "float32")
    rows[1, 2], rows[2, 4] = np.nan, np.inf
    scores = np.array(make_sum().fit(*draw_clips(SIZES))(rows))
    expected = np.zeros((4, 4), bool)
    expected[[1, 2]] = expected[:, 2] = True
    np.testing.assert_array_equal(np.isnan(scores), expected)


def test_the_units_of_a_part_do_not_matter():
    embeddings, groups, is_target = draw_clips([(30, 9), (12, 0)])
    unit = np.array([1.0, 1.0, 1.0, 1024.0, 1024.0])
    made = [
        ScoreSum([NearestNeighbors(space="raw") for _ in DIMS], DIMS).fit(
            embeddings * scale, groups, is_target
        )(embeddings * scale + 0.5 * scale)
        for scale in (np.ones(5), unit)
    ]
    np.testing.assert_allclose(
        np.array(made[0]), np.array(made[1]), rtol=1e-3, atol=1e-3
    )


def test_a_scorer_that_knows_its_clips_by_heart_counts_no_more():
    """Its scores of them are zero, those of fresh clips are not."""
    generator = np.random.default_rng(2)
    rows = generator.normal(size=(60, 40)).astype("float32")
    made = ScoreSum([NearestNeighbors(space="raw") for _ in "ab"], [20, 20])
    made.fit(rows)
    fresh = generator.normal(size=(300, 40)).astype("float32")
    parts = [
        (np.array(one(fresh[:, part]))[:, 0] - location) * factor
        for one, part, location, factor in zip(
            made.scorers,
            (slice(0, 20), slice(20, 40)),
            np.array(made.location)[:, 0],
            np.array(made.factor)[:, 0],
            strict=True,
        )
    ]
    for scores in parts:
        assert abs(scores.mean()) < 0.4
        assert 0.7 < scores.std() < 1.4


def test_windows_of_a_clip_are_left_out_together():
    generator = np.random.default_rng(3)
    centres = generator.normal(size=(20, 1, 5))
    windows = centres + 1e-3 * generator.normal(size=(20, 4, 5))
    rows = windows.reshape(80, 5).astype("float32")
    clips = np.repeat(np.arange(20), 4)

    def location(**more):
        made = ScoreSum([NearestNeighbors(space="raw")], [5]).fit(rows, **more)
        return float(np.array(made.location)[0, 0])

    assert location() < 0.1 < location(clips=clips)


def test_an_embedding_that_was_fitted_is_fitted_again_without_them():
    rows = np.random.default_rng(4).normal(size=(20, 2)).astype("float32")
    asked = []

    def embed_again(is_fitted):
        asked.append(is_fitted)
        return rows + np.where(is_fitted, 0.0, 100.0)[:, None]

    made = ScoreSum([NearestNeighbors(space="raw")], [2])
    made.fit(rows, embed_again=embed_again)
    assert np.array(made.location)[0, 0] > 50
    assert len(asked) == 5
    np.testing.assert_array_equal(np.sum(~np.array(asked), axis=0), 1)


@pytest.mark.parametrize("sizes", [[(1, 0)], [(2, 0)], [(1, 0), (9, 0)]])
def test_few_clips_do(sizes):
    clips = draw_clips(sizes)
    made = ScoreSum([LocalDensity(space="raw") for _ in DIMS], DIMS)
    scores = np.array(made.fit(*clips)(clips[0] + 1.0))
    assert np.isfinite(scores).all()
    assert (np.array(made.factor) > 0).all()


def test_a_saved_one_scores_alike(tmp_path):
    clips = draw_clips(SIZES)
    inputs = keras.Input((5,))
    scorer = make_sum().fit(*clips)
    keras.Model(inputs, scorer(inputs)).save(tmp_path / "sum.keras")
    loaded = keras.saving.load_model(tmp_path / "sum.keras")
    np.testing.assert_array_equal(
        np.array(loaded(clips[0])), np.array(scorer(clips[0]))
    )


def test_what_does_not_fit_together_is_refused():
    with pytest.raises(ValueError, match="read head"):
        ScoreSum([CentreAngle()], [3])
    with pytest.raises(ValueError, match="1 scorers"):
        ScoreSum([LocalDensity()], DIMS)
    with pytest.raises(ValueError, match=r"dims=\[3, 2\]"):
        make_sum().fit(np.ones((4, 6)))
