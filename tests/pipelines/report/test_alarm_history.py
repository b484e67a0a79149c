import pytest

from pipelines.report.alarm_history import alarm_history

CALM, FAULT = [False], [True]


@pytest.mark.parametrize(
    ("alarms", "since"),
    [
        (12 * CALM + 12 * FAULT, 12),
        (24 * FAULT, 0),
        (10 * CALM + 4 * FAULT + CALM + 5 * FAULT, 10),
        (3 * CALM + FAULT + 9 * CALM + 8 * FAULT, 13),
        (20 * CALM, None),
        (19 * CALM + FAULT, None),
    ],
)
def test_alarms_are_frequent_from_a_clip_on(alarms, since):
    history = alarm_history(alarms, 0.05, 100)
    assert history.since == since
    assert history.is_unusual is (since is not None)
    if since is not None:
        before, num_before, after, num_after = history.count(alarms)
        assert num_before == since and num_before + num_after == len(alarms)
        assert before + after == sum(alarms)


def test_an_alarm_by_chance_just_before_is_not_the_beginning():
    alarms = 6 * CALM + 10 * FAULT
    excess = [-1.0] * 6 + [0.05] + [90.0] * 9
    assert alarm_history(alarms, 0.05, 100).since == 6
    assert alarm_history(alarms, 0.05, 100, excess).since == 7


def test_few_alarms_are_what_chance_gives():
    alarms = 40 * CALM + FAULT + 9 * CALM + FAULT
    history = alarm_history(alarms, 0.05, 100)
    assert history.band[0] <= 2 <= history.band[1]
    assert history.probability > 0.3
