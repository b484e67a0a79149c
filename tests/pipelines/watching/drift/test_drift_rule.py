import json

import numpy as np
import pytest
import scipy.stats

from pipelines.watching.drift.drift_rule import LEAST_DEVIATION
from pipelines.watching.drift.drift_rule import SHIFTS
from pipelines.watching.drift.drift_rule import DriftRule
from pipelines.watching.drift.drift_settings import BLOCKS_PER_YEAR
from pipelines.watching.drift.drift_settings import DriftSettings


def changes(values, settings=None, rule=None):
    rule = rule or DriftRule(settings or DriftSettings())
    return [i for i, value in enumerate(values) if rule.add(value, float(i))]


def test_stakes_are_those_of_a_slow_loop():
    values = np.random.default_rng(0).normal(size=30)
    rule = DriftRule(DriftSettings())
    changes(values, rule=rule)
    stakes = np.zeros(len(SHIFTS))
    for now in range(4, 30):
        i = max(4, now - 4)
        before = values[:i]
        apart = before - before.mean()
        # Products of neighbours, each around the mean of those before it.
        products = sum(
            (values[j] - values[:j].mean())
            * (values[j - 1] - values[:j].mean())
            for j in range(1, i)
        )
        alike = max(products / (apart**2).sum(), 0.0)
        deviation = before.std(ddof=1) * np.sqrt((1 + alike) / (1 - alike))
        ratio = (values[now] - before.mean()) / deviation / np.sqrt(1 + 1 / i)
        y = scipy.stats.norm.ppf(scipy.stats.t(i - 1).cdf(ratio))
        stakes = (stakes + 1) * np.exp(SHIFTS * y - SHIFTS**2 / 2)
    np.testing.assert_allclose(rule.state["stakes"], stakes, rtol=1e-6)


def test_false_drifts_are_rarer_than_promised():
    # Three a month, in values whose mean and deviation nobody knows.
    settings = DriftSettings(36.5)
    generator = np.random.default_rng(1)
    years, number = 0.0, 0
    for _ in range(20):
        values = generator.normal(5.0, 3.0, size=1461)
        rule = DriftRule(settings)
        number += sum(rule.add(v, 0.0) and rule.is_drift for v in values)
        years += len(values) / BLOCKS_PER_YEAR
    assert 0.2 * 36.5 < number / years < 36.5


def test_values_that_follow_each_other_alike_are_allowed_for():
    generator = np.random.default_rng(2)
    number = 0
    for _ in range(10):
        values = np.zeros(1461)
        for i in range(1, len(values)):
            values[i] = 0.6 * values[i - 1] + generator.normal()
        rule = DriftRule(DriftSettings())
        number += sum(rule.add(v, 0.0) and rule.is_drift for v in values)
    assert number <= 10  # One a year each.


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_slow_change_is_told_with_its_beginning_and_its_end(sign):
    values = np.random.default_rng(3).normal(size=100)
    values[60:80] += sign * 0.4 * np.arange(20)
    rule = DriftRule(DriftSettings())
    begin, end = changes(values, rule=rule)
    assert 63 <= begin <= 72 and 80 <= end <= 86
    assert abs(rule.since - 60) <= 5 and not rule.is_drift


def test_one_wild_value_is_no_drift():
    values = np.random.default_rng(4).normal(size=60)
    values[40] = 1e6
    assert not changes(values)


def test_a_machine_that_never_changes_has_no_drift_by_trifles():
    values = [0.0] * 30 + [LEAST_DEVIATION / 2] * 30
    assert not changes(values)


def test_it_goes_on_from_its_state_to_the_last_bit():
    values = np.random.default_rng(5).normal(size=60).tolist()
    values += (np.arange(30) / 2).tolist()
    whole, state, found = DriftRule(DriftSettings()), None, []
    for i, value in enumerate(values):
        rule = DriftRule(DriftSettings(), state)
        if rule.add(value, float(i)):
            found.append(i)
        state = json.loads(json.dumps(rule.state, allow_nan=False))
    assert found == changes(values, rule=whole) and len(found) == 1
    assert state == json.loads(json.dumps(whole.state))


def test_the_first_values_say_nothing():
    assert not changes([0.0, 100.0, -100.0, 50.0])
    with pytest.raises(ValueError, match="positive number"):
        DriftSettings(float("inf"))


def test_weekends_are_learnt_and_told_once_or_twice():
    values = np.random.default_rng(6).normal(0.0, 0.2, size=365 * 4)
    values[np.arange(len(values)) // 4 % 7 >= 5] -= 0.8
    rule = DriftRule(DriftSettings())
    told = [
        i for i, v in enumerate(values) if rule.add(v, 0.0) and rule.is_drift
    ]
    assert len(told) <= 2 and all(index < 8 * 7 for index in told)


def test_a_long_drift_that_ends_is_not_usual():
    values = np.random.default_rng(7).normal(size=300)
    values[100:200] += 3.0
    rule = DriftRule(DriftSettings())
    begin, end = changes(values, rule=rule)
    assert 100 < begin < 105 and 200 < end < 210
    assert abs(rule.state["mean"]) < 0.3
    assert rule.num_values < 215
