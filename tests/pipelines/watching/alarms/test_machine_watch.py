import json

import numpy as np
import pytest

from pipelines.watching.alarms.alarm_limit import AlarmSettings
from pipelines.watching.alarms.machine_watch import MachineWatch
from pipelines.watching.history import History
from pipelines.watching.judged_window import JudgedWindow

SETTINGS = AlarmSettings(false_alarms_per_week=24.0)  # One hour is needed.


def windows(scores, first=0):
    return [
        JudgedWindow(
            "line", "fan", "", i, 10.0 * i, 10.0, float(score), 0.5, model="m"
        )
        for i, score in enumerate(scores, first)
    ]


def hear(watch, history, scores, first=0):
    events = []
    for window in windows(scores, first):
        judged, raised = watch.judge(window)
        history.write([judged], raised)
        learnt = watch.learn(history, window.time)
        history.write(events=learnt)
        events += [*raised, *learnt]
    return events


@pytest.fixture
def history(tmp_path):
    with History(tmp_path / "history.sqlite") as history:
        yield history


def make(state=None, num_judged=0, model="m", settings=SETTINGS):
    return MachineWatch("fan", settings, 99, model, 10.0, num_judged, state)


def test_the_promise_grows_with_the_hours(history):
    scores = np.random.default_rng(0).normal(size=3000)
    watch = make()
    events = hear(watch, history, scores)
    promises = [e for e in events if e.kind == "promise"]
    rates = [e.details["promised_per_week"] for e in promises]
    hours = [e.details["hours"] for e in promises]
    assert rates == sorted(rates, reverse=True) and rates[-1] == 24.0
    assert hours == pytest.approx([1.0, 2.0, 4.0, 7.0], rel=0.02)
    assert promises[-1].message == (
        "promised: 24 false alarms a week, from 7 hours that were taken to be "
        "normal"
    )
    # It stays as it is.
    assert not [
        event
        for event in hear(watch, history, scores, first=3000)
        if event.kind == "promise"
    ]


def test_an_alarm_under_a_promise_is_no_normal_sound(history):
    generator = np.random.default_rng(1)
    watch = make()
    hear(watch, history, generator.normal(size=400))
    limit = watch.limit
    assert limit.promised_per_week == 24.0
    fault = generator.normal(9.0, 1.0, size=200)
    events = hear(watch, history, fault, first=400)
    assert [event.kind for event in events] == ["alarm"]
    assert "provisional" not in events[0].message
    normal = generator.normal(size=300)
    events = hear(watch, history, normal, first=600)
    kinds = [event.kind for event in events]
    assert kinds[0] == "alarm_ended" and "promise" in kinds
    assert watch.limit.begin < limit.begin + 1.5


def test_a_later_process_goes_on_with_limit_rule_and_hours(history):
    generator = np.random.default_rng(2)
    watch = make()
    hear(watch, history, generator.normal(size=400))
    hear(watch, history, [9.0] * 3, first=400)
    state = json.loads(json.dumps(watch.state))
    other = make(state, num_judged=403)
    assert other.limit == watch.limit and other.hours == watch.hours
    assert other.promise() == watch.promise()
    assert [e.kind for e in hear(other, history, [9.0], first=403)] == ["alarm"]
    assert make(state, model="another").limit.is_p_value


def test_a_provisional_alarm_says_what_is_promised(history):
    watch = make(settings=AlarmSettings(false_alarms_per_week=6.0))
    hear(watch, history, np.random.default_rng(3).normal(size=400))
    promised = watch.limit.promised_per_week
    assert promised == pytest.approx(24.0, rel=0.02)
    assert "4 hours are needed for 6" in watch.promise()
    (alarm,) = hear(watch, history, [9.0] * 6, first=400)
    note = f"(provisional: {promised:.3g} false alarms a week)."
    assert alarm.message.endswith(note)


def test_another_model_ends_a_drift_too(history):
    state = make().state
    state["drift"]["rule"]["is_drift"] = True
    events = make(state).replaced("promised: nothing", 5.0)
    assert [event.kind for event in events] == ["drift_ended", "model_changed"]
    # A history of before knows no drift.
    del state["drift"]
    assert not make(state).drift.is_drift
