import numpy as np
import pytest
import scipy.signal

from pipelines.watching.alarms.alarm_limit import AlarmSettings
from pipelines.watching.alarms.alarm_promise import fit_limit
from pipelines.watching.alarms.alarm_promise import least_rate
from pipelines.watching.alarms.alarm_promise import needed_hours
from pipelines.watching.alarms.alarm_promise import spell_peaks
from pipelines.watching.alarms.alarm_rule import strangeness_series

SETTINGS = AlarmSettings()
PER_WEEK = 60_480  # windows of ten seconds


def scores_of(generator, num_windows, slow_share, slow_windows):
    """Scores with good and bad hours, of a normal distribution."""
    keeps = np.exp(-1.0 / slow_windows)
    noise = generator.normal(size=(2, num_windows))
    slow = scipy.signal.lfilter(
        [np.sqrt(1 - keeps**2)], [1.0, -keeps], noise[0]
    )
    return np.sqrt(slow_share) * slow + np.sqrt(1 - slow_share) * noise[1]


def count_alarms(scores, limit):
    series = strangeness_series(scores, SETTINGS)
    return int(np.sum(spell_peaks(series, limit.end) >= limit.begin))


@pytest.mark.parametrize("slow_share", [0.0, 0.5, 0.8])
def test_a_week_of_sound_keeps_one_false_alarm_a_week(slow_share):
    """Twenty machines; an independent limit raises many times more."""
    generator = np.random.default_rng(5)
    counts, naive = [], []
    for _ in range(20):
        scores = scores_of(generator, 3 * PER_WEEK, slow_share, 150)
        heard, later = scores[:PER_WEEK], scores[PER_WEEK:]
        limit = fit_limit([heard], 10.0, SETTINGS)
        assert limit.promised_per_week == 1.0
        counts.append(count_alarms(later, limit) / 2)
        shuffled = generator.permutation(heard)
        naive.append(
            count_alarms(later, fit_limit([shuffled], 10.0, SETTINGS)) / 2
        )
    assert 0.5 < np.mean(counts) < 2.0
    if slow_share:
        assert np.mean(naive) > 10 * np.mean(counts)


def test_few_hours_promise_less():
    scores = scores_of(np.random.default_rng(0), 6 * 360, 0.5, 150)
    limit = fit_limit([scores], 10.0, SETTINGS)
    assert limit.promised_per_week == pytest.approx(4.0, rel=0.01)
    assert limit.hours == pytest.approx(6.0)
    rare = fit_limit([scores], 10.0, AlarmSettings(false_alarms_per_week=9.0))
    assert rare.promised_per_week == 9.0
    assert rare.begin < limit.begin


def test_a_rarer_alarm_takes_more_hours_and_a_higher_limit():
    scores = scores_of(np.random.default_rng(0), 4 * PER_WEEK, 0.5, 150)
    limits = [
        fit_limit([scores], 10.0, AlarmSettings(false_alarms_per_week=rate))
        for rate in (0.25, 1.0, 4.0)
    ]
    begins = [limit.begin for limit in limits]
    assert begins == sorted(begins, reverse=True)
    assert len({limit.end for limit in limits}) == 1


def test_the_unit_of_scores_does_not_matter():
    scores = scores_of(np.random.default_rng(1), 24 * 360, 0.5, 150)
    limit = fit_limit([scores], 10.0, SETTINGS)
    other = fit_limit([3.0 * scores + 7.0], 10.0, SETTINGS)
    assert other.begin == pytest.approx(3.0 * limit.begin + 7.0)


def test_stretches_are_not_joined():
    high = np.full(10, 9.0)
    assert fit_limit([high[:5], high[:5]], 10.0, SETTINGS) is None
    parts = [np.r_[np.zeros(30), high, np.zeros(30)]] * 12
    limit = fit_limit(parts, 10.0, SETTINGS)
    assert limit.begin == 9.0 and limit.hours == 12 * 70 / 360


@pytest.mark.parametrize("scores", [[], [0.0] * 5, [0.0] * 500])
def test_too_few_spells_promise_nothing(scores):
    assert fit_limit([np.array(scores)], 10.0, SETTINGS) is None


def test_hours_and_rates_go_together():
    assert least_rate(needed_hours(0.3)) == pytest.approx(0.3)
    assert least_rate(0.0) == np.inf


def test_a_spell_has_one_peak():
    series = np.array([5.0, 1.0, 2.0, 3.0, 0.0, 2.0, 7.0])
    np.testing.assert_array_equal(spell_peaks(series, 2.0), [5.0, 3.0, 7.0])
    assert not len(spell_peaks(series, 8.0))
