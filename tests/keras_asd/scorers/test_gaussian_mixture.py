import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

from keras_asd.scorers import GaussianMixture
from tests.scorer_cases import SPACES
from tests.scorer_cases import draw_clips
from tests.slow_spaces import by_hand
from tests.slow_spaces import slow_space


def gaussian(clips, variance):
    covariance = np.cov(clips.T, bias=True) + variance * np.eye(len(clips.T))
    return multivariate_normal(clips.mean(axis=0), covariance)


@pytest.mark.parametrize("space", SPACES)
def test_one_component_is_the_gaussian_of_the_clips(space):
    def score(row, clips, _):
        floor = 0.1 * clips.var(axis=0).mean()
        return -gaussian(clips, floor).logpdf(row)

    embeddings, groups, is_target = draw_clips([(20, 5), (0, 7)])
    rows = draw_clips([(6, 6)])[0]
    scorer = GaussianMixture(1, space=space)
    actual = np.array(scorer.fit(embeddings, groups, is_target)(rows))
    expected = by_hand(space, embeddings, groups, rows, score)
    np.testing.assert_allclose(actual, expected, rtol=1e-3, atol=1e-3)


def test_two_clusters_are_two_components():
    generator = np.random.default_rng(0)
    clips = generator.normal(size=(60, 3))
    clips[40:] += 50.0
    clips = clips.astype("float32")
    move = slow_space("standardized", clips)
    z = np.array([move(clip) for clip in clips])
    floor = 0.01 * z.var(axis=0).mean()
    rows = clips[::7] + 1.0
    logs = [
        [
            np.log(len(part) / 60) + gaussian(part, floor).logpdf(move(row))
            for part in (z[:40], z[40:])
        ]
        for row in rows
    ]
    scorer = GaussianMixture(2, covariance_floor=0.01, space="standardized")
    np.testing.assert_allclose(
        np.array(scorer.fit(clips)(rows))[:, 0],
        -logsumexp(logs, axis=1),
        rtol=1e-4,
    )


@pytest.mark.parametrize("num_clips", [1, 2, 3])
def test_few_clips_give_fewer_components(num_clips):
    clips = np.random.default_rng(0).normal(size=(num_clips, 30))
    for space in SPACES:
        scorer = GaussianMixture(8, space=space).fit(clips)
        near, far = np.array(
            scorer(np.array([clips[0] * 1.01, -clips[0] * 9]))
        )[:, 0]
        assert near < far < np.inf


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="`covariance_floor` must"):
        GaussianMixture(covariance_floor=0.0)
    with pytest.raises(ValueError, match="`num_components` must"):
        GaussianMixture(num_components=-1)
