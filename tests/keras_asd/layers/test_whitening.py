import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from sklearn.covariance import ledoit_wolf

from keras_asd.layers import Whitening
from keras_asd.layers.whitening import ledoit_wolf_shrinkage


def make_clips(num_clips, num_features, seed=0):
    generator = np.random.default_rng(seed)
    mixing = generator.normal(size=(num_features, num_features))
    clips = generator.normal(size=(num_clips, num_features)) @ mixing
    return clips + generator.normal(0.0, 50.0, num_features)


def call(layer, features):
    return np.array(layer(np.asarray(features, "float32")))


@settings(deadline=None, max_examples=30)
@given(
    num_clips=st.integers(2, 40),
    num_features=st.integers(1, 30),
    seed=st.integers(0, 9),
)
def test_the_shrinkage_is_scikit_learn_s(num_clips, num_features, seed):
    clips = make_clips(num_clips, num_features, seed)
    _, expected = ledoit_wolf(clips)
    actual = ledoit_wolf_shrinkage(clips - clips.mean(axis=0))
    if num_features == 1:  # nothing to shrink: any amount is the same
        return
    assert actual == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("num_clips", [3, 8, 200])
def test_distances_are_those_of_mahalanobis(num_clips):
    clips = make_clips(num_clips, 12)
    layer = Whitening()
    layer.fit(clips)
    covariance, _ = ledoit_wolf(clips)
    others = make_clips(5, 12, seed=1)
    whitened = call(layer, others)
    assert whitened.shape == (5, 12)
    for i in range(5):
        for j in range(i):
            difference = others[i] - others[j]
            expected = difference @ np.linalg.inv(covariance) @ difference
            actual = np.sum((whitened[i] - whitened[j]) ** 2)
            assert actual == pytest.approx(expected, rel=1e-3)


def test_many_clips_come_out_white_and_the_first_component_led():
    clips = make_clips(5000, 6)
    layer = Whitening(4)
    layer.fit(clips)
    whitened = call(layer, clips)
    np.testing.assert_allclose(whitened.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(np.cov(whitened.T), np.eye(4), atol=0.02)
    spread = np.linalg.norm(np.array(layer.projection), axis=0)
    assert np.all(np.diff(spread) > 0)  # 1 / spread of the directions falls


def test_differences_between_groups_are_no_spread():
    clips = make_clips(40, 3)
    groups = np.arange(40) % 2
    far = clips + 1000 * groups[:, None]
    layer, reference = Whitening(), Whitening()
    layer.fit(far, groups)
    reference.fit(clips, groups)
    np.testing.assert_allclose(
        np.abs(np.array(layer.projection)),
        np.abs(np.array(reference.projection)),
        rtol=1e-4,
    )
    np.testing.assert_allclose(
        np.array(layer.centre), far.mean(axis=0), rtol=1e-5
    )


def test_a_feature_that_never_moved_stays_finite():
    clips = make_clips(200, 3)
    clips[:, 1] = -100.0
    layer = Whitening()
    layer.fit(clips)
    assert np.abs(np.array(layer.projection)).max() < 100
    assert np.isfinite(call(layer, [[0.0, 0.0, 0.0]])).all()


def test_an_offset_of_any_size_keeps_its_digits():
    clips = make_clips(50, 4)
    layer, reference = Whitening(), Whitening()
    reference.fit(clips - clips.mean(axis=0))
    layer.fit(clips - clips.mean(axis=0) + 1000)
    np.testing.assert_allclose(
        call(layer, clips + 1000), call(reference, clips), atol=1e-2
    )


def test_a_call_before_the_fit_is_refused():
    with pytest.raises(ValueError, match="must be fitted.*Call `fit`"):
        Whitening()(np.ones((1, 3)))


@pytest.mark.parametrize("num_components", [0, 4])
def test_components_must_fit_the_features(num_components):
    with pytest.raises(ValueError, match="at most the number of features"):
        Whitening(num_components).build((None, 3))


@pytest.mark.parametrize(
    "features, groups, reason",
    [
        (np.ones((5, 2)), None, "clips that differ"),
        (np.eye(2), [0, 1], "clips that differ"),
        (np.eye(2)[:1], None, "clips that differ"),
        (np.ones(5), None, "of shape"),
        (np.full((5, 2), np.nan), None, "finite"),
        (np.eye(2), [0], "one integer a clip"),
    ],
)
def test_clips_that_cannot_be_used_are_refused(features, groups, reason):
    with pytest.raises(ValueError, match=reason):
        Whitening().fit(features, groups)
