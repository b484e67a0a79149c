"""What every scorer of embeddings keeps, in every space."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies

from keras_asd.scorers import CentreAngle
from keras_asd.scorers import NearestNeighbors
from tests.scorer_cases import MAKERS
from tests.scorer_cases import SPACES
from tests.scorer_cases import draw_clips

SIZES = [(12, 3), (5, 0), (0, 0), (0, 4)]
every_scorer = pytest.mark.parametrize("name", MAKERS)
every_space = pytest.mark.parametrize("space", SPACES)
two_spaces = pytest.mark.parametrize("space", ["sphere", "whitened"])
quick = settings(max_examples=3, deadline=None, derandomize=True)


def score(name, space, clips, rows):
    return np.array(MAKERS[name](space).fit(*clips)(np.asarray(rows)))


@every_scorer
@two_spaces
@quick
@given(seed=strategies.integers(0, 2**32 - 1))
def test_neither_the_order_nor_a_repeated_clip_matters(name, space, seed):
    clips = draw_clips(SIZES)
    generator = np.random.default_rng(seed)
    repeated = generator.integers(0, len(clips[0]), 6)
    order = generator.permutation(np.r_[np.arange(len(clips[0])), repeated])
    rows = generator.normal(size=(4, 5))
    np.testing.assert_array_equal(
        score(name, space, [part[order] for part in clips], rows),
        score(name, space, clips, rows),
    )


@every_scorer
@quick
@given(
    seed=strategies.integers(0, 2**32 - 1),
    exponent=strategies.integers(-12, 12),
)
def test_on_the_sphere_lengths_do_not_matter(name, seed, exponent):
    embeddings, groups, is_target = draw_clips(SIZES)
    generator = np.random.default_rng(seed)
    rows = generator.normal(size=(4, 5)).astype("float32")
    # Powers of two leave the digits alone.
    lengths = 2.0 ** generator.integers(-9, 9, (len(embeddings), 1))
    longer = (embeddings * lengths).astype("float32")
    np.testing.assert_allclose(
        score(name, "sphere", (longer, groups, is_target), rows * 10**exponent),
        score(name, "sphere", (embeddings, groups, is_target), rows),
        rtol=2e-3,
        atol=1e-5,
    )


@every_scorer
@pytest.mark.parametrize("space", ["standardized", "whitened"])
def test_units_and_offsets_of_dimensions_do_not_matter(name, space):
    embeddings, groups, is_target = draw_clips([(30, 9), (12, 0)])
    rows = embeddings[::5] + 0.01
    unit = np.array([1e-3, 1.0, 64.0, 1e4, 2.0])
    offset = np.array([0.0, 8.0, -3.0, 1e4, 1.0])
    moved = embeddings * unit + offset
    np.testing.assert_allclose(
        score(name, space, (moved, groups, is_target), rows * unit + offset),
        score(name, space, (embeddings, groups, is_target), rows),
        rtol=1e-2,
        atol=1e-2,
    )


@every_scorer
@every_space
def test_a_group_without_a_clip_and_a_broken_row_score_nan(name, space):
    rows = np.ones((4, 5), "float32")
    rows[1, 2], rows[2, 0] = np.nan, np.inf
    scores = score(name, space, draw_clips(SIZES), rows)
    assert scores.dtype == "float32" and scores.shape == (4, 4)
    expected = np.zeros((4, 4), bool)
    expected[[1, 2]] = expected[:, 2] = True
    np.testing.assert_array_equal(np.isnan(scores), expected)


@every_scorer
@two_spaces
@pytest.mark.parametrize("sizes", [(1, 0), (2, 0), (1, 1), (3, 1), (5, 0)])
def test_few_clips_in_many_dimensions_do(name, space, sizes):
    dim = 256
    generator = np.random.default_rng(0)
    place = generator.normal(size=dim)
    clips = draw_clips([sizes], dim)
    near = place + 0.3 * generator.normal(size=(20, dim))
    clips = (near[: sum(sizes)], *clips[1:])
    strange = generator.normal(size=(20, dim)) * 1.5
    scores = score(name, space, clips, np.concatenate([near[5:], strange]))
    assert np.isfinite(scores).all()
    # Most strange clips score above all normal ones that were not fitted.
    normal, strange = scores[:15, 0], scores[15:, 0]
    assert np.mean(strange > normal.max()) > 0.9


@every_scorer
@every_space
def test_a_dimension_without_spread_does_no_harm(name, space):
    embeddings, groups, is_target = draw_clips([(20, 4)])
    embeddings[:, 2] = 7.0
    clips = (embeddings, groups, is_target)
    assert np.isfinite(score(name, space, clips, embeddings + 1.0)).all()


@every_scorer
def test_groups_do_not_touch_each_other(name):
    clips = draw_clips([(12, 3), (5, 4)])
    is_second = clips[1] == 1
    alone = [part[is_second] for part in clips]
    alone[1] = np.zeros_like(alone[1])
    np.testing.assert_allclose(
        score(name, "whitened", clips, clips[0])[:, 1],
        score(name, "whitened", alone, clips[0])[:, 0],
        rtol=1e-4,
        atol=1e-5,
    )


@every_scorer
@two_spaces
def test_it_is_saved_inside_a_model(name, space, tmp_path):
    clips = draw_clips(SIZES)
    inputs = keras.Input((5,))
    model = keras.Model(inputs, MAKERS[name](space).fit(*clips)(inputs))
    model.save(tmp_path / "model.keras")
    restored = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(
        np.array(restored(clips[0])), np.array(model(clips[0]))
    )


@every_scorer
def test_its_configuration_and_weights_are_all_it_is(name):
    clips = draw_clips(SIZES)
    scorer = MAKERS[name]("whitened").fit(*clips)
    again = type(scorer).from_config(scorer.get_config())
    again.build((None, 5))
    assert np.isnan(np.array(again(clips[0]))).all()
    again.set_weights(scorer.get_weights())
    np.testing.assert_array_equal(
        np.array(again(clips[0])), np.array(scorer(clips[0]))
    )
    assert not again.trainable_weights
    assert all(weight.dtype == "float32" for weight in again.weights)


@every_scorer
def test_it_may_be_fitted_again_where_the_clips_fit_in(name):
    scorer = MAKERS[name]("standardized").fit(*draw_clips(SIZES))
    fewer = draw_clips([(6, 3), (5, 0)], seed=1)
    scores = np.array(scorer.fit(*fewer)(fewer[0]))
    assert scores.shape == (14, 4) and np.isnan(scores[:, 2:]).all()
    np.testing.assert_allclose(
        scores[:, :2],
        score(name, "standardized", fewer, fewer[0]),
        rtol=1e-4,
        atol=1e-5,
    )
    with pytest.raises(ValueError, match="must fit into `num_groups`"):
        scorer.fit(*draw_clips([(2, 0)] * 5))


@every_scorer
def test_one_that_is_not_fitted_says_so(name):
    with pytest.raises(ValueError, match="must be fitted before it is called"):
        MAKERS[name]("sphere")(np.ones((1, 5)))


@every_scorer
def test_an_embedding_of_another_length_is_refused(name):
    scorer = MAKERS[name]("raw").fit(*draw_clips(SIZES))
    with pytest.raises(ValueError, match="expected axis -1"):
        scorer(np.ones((1, 4)))
    with pytest.raises(ValueError, match="embedding_dim"):
        scorer.fit(np.ones((3, 4)))


@every_scorer
def test_an_unknown_space_is_refused(name):
    with pytest.raises(ValueError, match="'sphere', 'standardized', 'white"):
        MAKERS[name]("cosine")


def test_each_says_what_it_reads():
    assert NearestNeighbors().reads == "embedding"
    angle = CentreAngle()
    assert angle.reads == "head" and angle.fit(np.ones((2, 3))) is angle
