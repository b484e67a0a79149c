import numpy as np
import pytest
import scipy.stats

from pipelines.calibration.gamma_threshold import decide
from pipelines.calibration.gamma_threshold import gamma_threshold
from pipelines.datasets.clip import Clip
from pipelines.methods.scored_clip import ScoredClip


def draw(seed=0, shape=5.0, size=1000):
    return np.random.default_rng(seed).gamma(shape, 2.0, size=size)


@pytest.mark.parametrize("shape", [2.0, 5.0, 30.0])
def test_on_reconstruction_errors_it_is_the_baselines_threshold(shape):
    scores = 3 + draw(shape=shape)
    plain = scipy.stats.gamma.ppf(0.9, *scipy.stats.gamma.fit(scores))
    threshold = gamma_threshold(scores)
    assert threshold == pytest.approx(plain, abs=1e-3 * scores.std())


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
def test_that_share_of_normal_scores_lies_below(share):
    scores = draw(size=20_000)
    below = np.mean(scores <= gamma_threshold(scores, share))
    assert below == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize("scale, shift", [(1e-6, 0.0), (1e5, 0.0), (1, -1e3)])
def test_it_moves_with_the_scores(scale, shift):
    moved = gamma_threshold(scale * draw() + shift)
    expected = scale * gamma_threshold(draw()) + shift
    assert moved == pytest.approx(expected, abs=1e-3 * scale)


def test_negative_cosines_have_a_threshold_among_them():
    angles = np.random.default_rng(0).normal(0, 0.1, 300)
    scores = -np.cos(angles)
    assert 0.85 < np.mean(scores <= gamma_threshold(scores)) < 0.95


@pytest.mark.parametrize(
    "scores, rule",
    [
        (np.arange(9.0), "at least 10"),
        (np.ones((5, 5)), "at least 10"),
        (np.full(20, 0.1), "all be equal"),
        (np.zeros(20), "all be equal"),
        ([*range(20), np.nan], "finite"),
    ],
)
def test_what_has_no_quantile_is_refused(scores, rule):
    with pytest.raises(ValueError, match=rule):
        gamma_threshold(scores)


@pytest.mark.parametrize("share", [0, 1, 90])
def test_a_share_out_of_range_is_refused(share):
    with pytest.raises(ValueError, match="share"):
        gamma_threshold(draw(), share)


def test_each_section_has_its_own_threshold():
    clips = [
        ScoredClip(Clip(None, "fan", section, "test", None), score)
        for section, score in [("a", 1.0), ("a", 2.0), ("b", 2.0)]
    ]
    assert decide(clips, {"fan/a": 1.0, "fan/b": 3.0}) == [False, True, False]
    with pytest.raises(ValueError, match="fan/b"):
        decide(clips, {"fan/a": 1.0})
