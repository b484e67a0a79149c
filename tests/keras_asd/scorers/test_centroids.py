import numpy as np
import pytest

from keras_asd.scorers import Centroids
from tests.scorer_cases import draw_clips
from tests.slow_spaces import slow_space

CENTRES = 10.0 * np.eye(4)[:3]


def draw_clusters(seed=0):
    """Three far clusters of source clips, and two target clips elsewhere."""
    generator = np.random.default_rng(seed)
    source = np.repeat(CENTRES, 8, axis=0) + generator.normal(size=(24, 4))
    target = generator.normal(size=(2, 4)) + [0.0, 0.0, 0.0, 9.0]
    clips = np.concatenate([source, target]).astype("float32")
    rows = generator.normal(size=(30, 4)).astype("float32") * 5
    return clips, np.arange(26) >= 24, rows


@pytest.mark.parametrize("space", ["raw", "standardized", "whitened"])
def test_it_is_the_distance_to_centroids_and_target_clips(space):
    clips, is_target, rows = draw_clusters()
    move = slow_space(space, clips)
    z = np.array([move(clip) for clip in clips])
    means = z[:24].reshape(3, 8, 4).mean(axis=1)
    references = np.concatenate([means, z[24:]])
    expected = [
        min(np.linalg.norm(move(row) - reference) for reference in references)
        for row in rows
    ]
    scorer = Centroids(3, space=space).fit(clips, is_target=is_target)
    np.testing.assert_allclose(
        np.array(scorer(rows))[:, 0], expected, rtol=1e-4
    )


@pytest.mark.parametrize("is_normalized", [False, True])
def test_on_the_sphere_it_is_one_less_the_product(is_normalized):
    clips, is_target, rows = draw_clusters()
    z = clips / np.linalg.norm(clips, axis=1, keepdims=True)
    means = z[:24].reshape(3, 8, 4).mean(axis=1)
    if is_normalized:
        means /= np.linalg.norm(means, axis=1, keepdims=True)
    references = np.concatenate([means, z[24:]])
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    expected = (1 - unit @ references.T).min(axis=1)
    scorer = Centroids(3, is_normalized).fit(clips, is_target=is_target)
    np.testing.assert_allclose(
        np.array(scorer(rows))[:, 0], expected, atol=1e-6
    )


def test_there_are_no_more_centroids_than_source_clips():
    clips, _, rows = draw_clusters()
    scorer = Centroids(16, space="raw").fit(clips[:5])
    expected = [np.linalg.norm(clips[:5] - row, axis=1).min() for row in rows]
    np.testing.assert_allclose(
        np.array(scorer(rows))[:, 0], expected, rtol=1e-5
    )


def test_target_clips_alone_will_do_and_so_will_source_clips_alone():
    clips, groups, is_target = draw_clips([(0, 3), (3, 0)])
    scores = np.array(Centroids(2).fit(clips, groups, is_target)(clips))
    assert np.isfinite(scores).all()
    np.testing.assert_allclose(scores[:3, 0], 0.0, atol=1e-6)


def test_clips_in_one_direction_are_one_clip_on_the_sphere():
    clips = np.outer(np.arange(1, 9), [3.0, 4.0])
    scorer = Centroids(4).fit(clips)
    assert float(scorer(clips[:1])[0, 0]) == pytest.approx(0.0, abs=1e-6)


def test_the_bank_is_bounded_and_keeps_its_centroids():
    clips, groups, is_target = draw_clips([(40, 60)])
    scorer = Centroids(4, space="raw", max_references=10)
    scorer.fit(clips, groups, is_target)
    assert scorer.references.shape == (1, 10, 5)
    plain = Centroids(4, space="raw", max_references=10).fit(clips[:40])
    rows = clips[:40]
    assert np.all(np.array(scorer(rows)) <= np.array(plain(rows)) + 1e-4)


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="on the sphere only"):
        Centroids(is_normalized=True, space="raw")
    with pytest.raises(ValueError, match="leave room for target clips"):
        Centroids(16, max_references=16)
    with pytest.raises(ValueError, match="`num_centroids` must"):
        Centroids(0)
