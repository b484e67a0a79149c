import json

import numpy as np
import pytest

from pipelines.watching.alarms.alarm_limit import AlarmLimit
from pipelines.watching.alarms.alarm_limit import AlarmSettings
from pipelines.watching.alarms.alarm_limit import provisional_limit
from pipelines.watching.alarms.alarm_rule import AlarmRule
from pipelines.watching.alarms.alarm_rule import strangeness_series
from pipelines.watching.judged_window import JudgedWindow

SETTINGS = AlarmSettings(num_strange=4, num_windows=6)
LIMIT = AlarmLimit(begin=5.0, end=2.0)


def window(time, score, p_value=0.5):
    return JudgedWindow("line", "fan", "", 0, time, 10.0, score, p_value)


def judge_all(rule, scores, first=0.0):
    return [
        rule.judge(window(first + 10.0 * index, score))
        for index, score in enumerate(scores)
    ]


def test_three_strange_windows_of_six_are_no_alarm():
    rule = AlarmRule(SETTINGS, LIMIT)
    assert not any(judge_all(rule, [9, 1, 9, 1, 9, 1, 9, 1] * 5))


def test_four_of_six_are_one_alarm_until_it_sounds_as_usual():
    rule = AlarmRule(SETTINGS, LIMIT)
    changes = judge_all(rule, [1] * 6 + [9] * 20 + [4] * 20 + [1] * 9)
    found = [(i, change) for i, change in enumerate(changes) if change]
    (begin, first), (end, last) = found
    assert (begin, first.is_alarm, first.onset) == (9, True, 60.0)
    # Not at 4, which is below the limit, but not usual.
    assert (end, last.is_alarm, last.peak) == (48, False, 9.0)


def test_what_cannot_be_judged_is_passed_over():
    rule = AlarmRule(SETTINGS, LIMIT)
    changes = judge_all(rule, [1, 1, 9, None, 9, None, 9, 9])
    assert changes[-1].is_alarm


def test_a_long_gap_forgets_what_was_before_but_not_an_alarm():
    rule = AlarmRule(SETTINGS, LIMIT)
    judge_all(rule, [1, 1, 1, 9, 9, 9])
    assert not any(judge_all(rule, [9, 1, 1, 1, 1, 1], first=1000.0))
    assert judge_all(rule, [9] * 6, first=1060.0)[3].is_alarm
    assert not any(judge_all(rule, [1] * 5, first=9000.0))
    assert rule.is_alarm
    assert not rule.judge(window(9050.0, 1)).is_alarm


@pytest.mark.parametrize("cut", range(40))
def test_it_goes_on_from_its_state(cut):
    scores = np.random.default_rng(3).normal(4.0, 3.0, 40)
    whole = judge_all(AlarmRule(SETTINGS, LIMIT), scores)
    rule = AlarmRule(SETTINGS, LIMIT)
    before = judge_all(rule, scores[:cut])
    state = json.loads(json.dumps(rule.state))
    after = judge_all(
        AlarmRule(SETTINGS, LIMIT, state), scores[cut:], 10.0 * cut
    )
    assert any(whole) and before + after == whole


def test_the_series_is_what_the_rule_sees():
    scores = np.random.default_rng(0).normal(size=50)
    rule = AlarmRule(SETTINGS, AlarmLimit(99.0, 0.0))
    seen = []
    for index, score in enumerate(scores):
        rule.judge(window(10.0 * index, score))
        seen.append(rule.strangeness)
    assert seen[:5] == [None] * 5
    np.testing.assert_array_equal(
        strangeness_series(scores, SETTINGS), seen[5:]
    )
    assert not len(strangeness_series(scores[:5], SETTINGS))


def test_a_provisional_limit_takes_p_values():
    rule = AlarmRule(SETTINGS, provisional_limit(49))
    for index in range(5):
        strange = index > 1
        p_value = np.float32(0.02 if strange else 0.5)
        assert not rule.judge(window(10.0 * index, 0.0, float(p_value)))
    assert rule.judge(window(50.0, 0.0, 0.02)).is_alarm
    rule.set_limit(LIMIT)
    assert rule.strangeness is None and rule.is_alarm


def test_without_calibration_clips_nothing_is_an_alarm():
    limit = provisional_limit(0)
    assert limit.measure(window(0.0, 3.0, None)) is None
    rule = AlarmRule(SETTINGS, limit)
    assert not any(rule.judge(window(i, 9.0, None)) for i in range(20))


@pytest.mark.parametrize(
    "wrong",
    [
        {"num_strange": 0},
        {"num_strange": 7},
        {"num_windows": 3},
        {"false_alarms_per_week": 0.0},
        {"false_alarms_per_week": float("nan")},
        {"false_alarms_per_week": float("inf")},
    ],
)
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match="must be"):
        AlarmSettings(**wrong)
