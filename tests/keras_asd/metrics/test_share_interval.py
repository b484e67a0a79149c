import math

import numpy as np
import pytest
import scipy.stats

from keras_asd.metrics import OfficialScores
from keras_asd.metrics import effective_clips
from keras_asd.metrics import effective_of_mean
from keras_asd.metrics import lowest_area
from keras_asd.metrics import partial_auc
from keras_asd.metrics import share_interval


def test_it_is_wilsons_interval_of_as_many_clips_as_the_resamples_spread():
    size, share = 50, 0.8
    spread = (share * (1 - share) / size) ** 0.5
    drawn = [share, share - spread, share + spread]
    expected = scipy.stats.binomtest(40, size).proportion_ci(method="wilson")
    assert share_interval(drawn, math.inf) == pytest.approx(tuple(expected))


def test_resamples_that_do_not_vary_have_the_interval_of_their_clips():
    size = round(effective_clips(11, 11))
    expected = scipy.stats.binomtest(size, size).proportion_ci(method="wilson")
    assert share_interval(np.ones(9), size) == pytest.approx(tuple(expected))
    assert share_interval(np.ones(9), math.inf) == (1.0, 1.0)


def test_resamples_that_hardly_vary_are_worth_no_more_than_their_clips():
    expected = scipy.stats.binomtest(16, 20).proportion_ci(method="wilson")
    found = share_interval([0.8, 0.799, 0.801], 20)
    assert found == pytest.approx(tuple(expected))


def test_the_bias_that_resamples_show_is_taken_off():
    generator = np.random.default_rng(0)
    noise = 0.05 * generator.normal(size=500)
    straight = share_interval([0.6, *(0.6 + noise)], math.inf)
    high = share_interval([0.6, *(0.63 + noise)], math.inf)
    assert high == pytest.approx(np.array(straight) - 0.03, abs=0.005)
    far = share_interval([0.6, *(0.8 + noise)], math.inf)
    assert far[1] == 0.6


def test_bounds_of_a_partial_area_stay_within_its_range():
    least = partial_auc([0, 1], [1.0, 0.0])
    assert lowest_area(0.1) == pytest.approx(least)
    low, high = share_interval(
        [0.48, 0.45 + 0.03, 0.56], effective_clips(10, 10, 0.1), 0.95, least
    )
    assert least <= low <= 0.48 < high < 1


def test_a_surer_interval_is_wider():
    drawn = [0.7, 0.65, 0.75]
    widths = [np.ptp(share_interval(drawn, 30, c)) for c in (0.5, 0.9, 0.99)]
    assert widths == sorted(widths)


@pytest.mark.parametrize(
    "clips", [(3, 50), (50, 3), (9, 50, 0.1), (10, 3, 0.1), (0, 0)]
)
def test_too_few_clips_have_no_interval(clips):
    assert effective_clips(*clips) == 0
    assert share_interval([0.5, 0.4, 0.6], effective_clips(*clips)) is None
    assert effective_of_mean([40.0, effective_clips(*clips)]) == 0


def test_clips_of_several_sections_add_up():
    assert effective_of_mean([30.0] * 4) == pytest.approx(120)
    assert effective_of_mean([math.inf, math.inf]) == math.inf
    # One section of few clips is a quarter of the mean's variance and more.
    assert 16 * 5 > effective_of_mean([30.0, 30.0, 30.0, 5.0]) > 4 * 5


@pytest.mark.parametrize("confidence", [0, 1, 95])
def test_a_confidence_that_is_no_share_is_refused(confidence):
    with pytest.raises(ValueError, match="confidence"):
        share_interval([0.1, 0.2], 40, confidence)


@pytest.mark.parametrize("drawn", [[1.1, 1.0], [0.5, -0.1], [np.nan, 0.5]])
def test_what_is_no_area_is_refused(drawn):
    with pytest.raises(ValueError, match="areas from `lowest` to 1"):
        share_interval(drawn, 40)


def test_official_numbers_know_their_clips():
    sizes = {"auc": np.array([20.0, 20.0, 30.0]), "pauc": np.full(3, 5.0)}
    scores = OfficialScores(
        2020, ("fan", "fan", "pump"), ("a", "b", "a"), {}, (), sizes
    )
    # Fan's two sections are worth 40 clips, pump's one is worth 30.
    assert scores.effective("auc") == pytest.approx(4 / (1 / 40 + 1 / 30))
    assert scores.effective() == scores.effective("auc")
    few = OfficialScores(
        2020, scores.machines, (), {}, (), {**sizes, "pauc": np.zeros(3)}
    )
    assert few.effective() == 0
    assert few.effective("auc") > 0
    assert OfficialScores(2020, (), (), {}).effective() == math.inf
