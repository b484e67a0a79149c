import json

import numpy as np
import pytest

from pipelines.watching.drift.drift_settings import BLOCK_SECONDS
from pipelines.watching.drift.drift_settings import DriftSettings
from pipelines.watching.drift.machine_drift import MachineDrift
from pipelines.watching.events import Event
from pipelines.watching.history import History
from pipelines.watching.judged_window import JudgedWindow

# Windows of ten minutes, 36 in six hours, from the beginning of a block.
FIRST, STEP = 1_749_988_800.0, 600.0


@pytest.fixture
def history(tmp_path):
    with History(tmp_path / "history.sqlite") as history:
        yield history


def windows(days, first=0, shift=lambda day: 0.0, seed=0, every=1, model="m"):
    generator = np.random.default_rng(seed)
    scores = generator.normal(size=round(days * 144))
    return [
        JudgedWindow(
            "line",
            "fan",
            "",
            i,
            FIRST + STEP * i,
            10.0,
            float(score + shift((i - first) / 144)),
            0.5,
            model=model,
        )
        for i, score in enumerate(scores, first)
        if i % every == 0
    ]


def hear(drift, history, heard, size=32):
    events = []
    for begin in range(0, len(heard), size):
        batch = heard[begin : begin + size]
        history.write(batch)
        for window in batch:
            drift.hear(window)
        events += drift.learn(history)
    return events


def make(state=None, model="m"):
    return MachineDrift("fan", DriftSettings(), model, state)


def test_a_rising_score_is_drift_with_the_way_out(history):
    drift = make()
    assert not hear(drift, history, windows(10))
    assert drift.describe() == "no drift"
    assert drift.p_value == pytest.approx(0.5, abs=0.15)
    rising = windows(7, 1440, lambda day: 0.3 * day, seed=1)
    (event,) = hear(drift, history, rising)
    assert (event.kind, event.machine) == ("drift", "fan")
    assert event.details["provisional"] is False
    assert event.details["p_value"] < 0.45 and event.details["bands"] == []
    began = FIRST + 10 * 86_400
    assert began - 3 * 86_400 <= event.details["since"] < event.time
    assert event.time < began + 5 * 86_400
    assert "feedback RUN --normal CLIP... --machine fan" in event.message
    assert "no band moved" in event.message
    assert drift.describe().startswith("drift since 2025-06-")
    # It sounds as before again.
    (event,) = hear(drift, history, windows(3, 1440 + 1008, seed=2))
    assert event.kind == "drift_ended" and not drift.is_drift


def test_a_new_machine_is_provisional(history):
    drift = make()
    hear(drift, history, windows(2))
    assert drift.describe() == "provisional: 1.75 of 7 days heard"
    (event,) = hear(drift, history, windows(3, 288, lambda day: 3.0, seed=1))
    assert event.details["provisional"] is True
    assert "(provisional: " in event.message


def test_a_kill_at_any_time_changes_nothing(history, tmp_path):
    heard = windows(14, 0, lambda day: max(0.0, day - 8) * 0.4)
    events = hear(make(), history, heard)
    state, after = None, []
    with History(tmp_path / "killed.sqlite") as other:
        for begin in range(0, len(heard), 50):
            drift = make(state)
            batch = heard[begin : begin + 50]
            other.write(batch)
            for window in batch:
                drift.hear(window)
            state = json.loads(json.dumps(drift.state, allow_nan=False))
            # Killed before it learns, half of the time.
            if begin % 100:
                after += drift.learn(other)
                state = json.loads(json.dumps(drift.state))
        drift = make(state)
        after += drift.learn(other)
    assert [(e.kind, e.time) for e in after] == [
        (e.kind, e.time) for e in events
    ]
    assert len(events) == 1


def test_another_model_begins_anew(history):
    drift = make()
    hear(drift, history, windows(8))
    other = make(drift.state, "other")
    assert other.describe() == "provisional: 0 of 7 days heard"
    # It does not hear what the first has judged.
    hear(other, history, windows(1.5, 1152, lambda day: 9.0, model="other"))
    assert other.describe() == "provisional: 1.25 of 7 days heard"
    # A drift does not outlive its model.
    state = drift.state
    state["rule"]["is_drift"] = True
    other = make(state, "third")
    (event,) = other.learn(history)
    assert event.kind == "drift_ended" and other.learn(history) == []


def alarm(kind, onset, time):
    details = {"onset": onset, "promised_per_week": 1.0}
    return Event(kind, time, "line", "fan", "", details)


def test_a_fault_of_hours_is_an_alarm_and_no_drift(history):
    drift = make()
    hear(drift, history, windows(8))
    begin = FIRST + 8 * 86_400
    history.write(events=[alarm("alarm", begin, begin + 60)])
    assert not hear(drift, history, windows(0.9, 1152, lambda day: 5.0))
    # An alarm that stays is one, in the end.
    (event,) = hear(drift, history, windows(4, 1282, lambda day: 5.0))
    assert event.kind == "drift" and event.time > begin + 86_400
    # Of the alarm's first day, no window counts.
    values = drift.state["rule"]["number"]
    assert values <= 33


def test_a_block_with_few_windows_goes_on(history):
    # One window in two hours: 24 of them in two days.
    drift = make()
    hear(drift, history, windows(9, every=12))
    assert drift.state["blocks"] == 4


def test_gaps_and_clocks_do_not_stop_it(history):
    drift = make()
    hear(drift, history, windows(8))
    # Off for three weeks; then the clock is set back by ten.
    hear(drift, history, windows(2, 30 * 144, seed=1))
    before = drift.state["blocks"]
    hear(drift, history, windows(2, -40 * 144, seed=2))
    assert drift.state["blocks"] >= before + 7
    assert drift.describe() == "no drift"


def test_forgotten_windows_of_the_first_day_are_heard_anew(history):
    drift = make()
    hear(drift, history, windows(0.9))
    history.forget(1e12)
    hear(drift, history, windows(0.5, 130))
    assert drift.describe() == "provisional: 0 of 7 days heard"
    hear(drift, history, windows(2, 202))
    assert drift.state["knots"]


def test_all_scores_alike_are_no_error(history):
    drift = make()
    heard = [
        JudgedWindow(
            "", "fan", "", i, FIRST + STEP * i, 1.0, 1.0, 1.0, model="m"
        )
        for i in range(1500)
    ]
    assert not hear(drift, history, heard)
    assert BLOCK_SECONDS / STEP == 36
