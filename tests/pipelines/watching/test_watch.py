import threading

import numpy as np
import pytest

from pipelines.watching.alarms.alarm_limit import AlarmSettings
from pipelines.watching.history import History
from pipelines.watching.listener import Listener
from pipelines.watching.sound_source import Notice
from pipelines.watching.watch import Watch
from tests.pipelines.watching.watch_cases import Line
from tests.pipelines.watching.watch_cases import make_judge

QUIET = [1.0] * 10
FAULT = [9.0] * 10


@pytest.fixture
def history(tmp_path):
    with History(tmp_path / "history.sqlite") as history:
        yield history


def kinds(events):
    return [event.kind for event in events]


def test_a_fault_is_one_alarm_with_onset_and_end(history):
    line = Line(QUIET + FAULT + QUIET)
    events = list(Watch(make_judge(), [line], history).listen())
    assert kinds(events) == ["started", "alarm", "alarm_ended", "stopped"]
    alarm, end = events[1:3]
    assert alarm.details["onset"] == 1e9 + 10 and alarm.time == 1e9 + 14
    assert alarm.details["promised_per_week"] is None
    assert "4 of 6 windows" in alarm.message and "provisional" in alarm.message
    assert end.time == 1e9 + 23
    assert [event.index for event in events] == [1, 2, 3, 4]
    assert history.events_after(0) == events
    windows = history.windows("fan")
    assert [w.anomaly_score for w in windows] == line.scores
    assert line.is_closed


def test_sources_are_judged_side_by_side(history):
    lines = [
        Line(QUIET * 9 + FAULT + QUIET, "a", "fan"),
        Line(QUIET * 9, "b", "pump"),
        Line(QUIET + FAULT, "c", "valve"),
    ]
    judge = make_judge(("fan", "pump", "valve"))
    events = list(Watch(judge, lines, history).listen())
    assert [e.kind for e in events if e.machine == "fan"] == [
        "alarm",
        "alarm_ended",
    ]
    numbers = {"fan": 110, "pump": 90, "valve": 20}
    for machine, number in numbers.items():
        assert history.num_judged(machine, "first") == number


def test_it_goes_on_where_it_stopped(history, tmp_path):
    scores = (QUIET + FAULT) * 20
    with History(tmp_path / "whole.sqlite") as other:
        whole = list(Watch(make_judge(), [Line(scores)], other).listen())
    found = []
    for stop_after in (3, 5, 7, 1000):
        watch = Watch(make_judge(), [Line(scores)], history)
        for number, event in enumerate(watch.listen(), 1):
            found.append(event)
            if number == stop_after:
                break
    alarms = [
        (event.kind, event.time) for event in found if "alarm" in event.kind
    ]
    # What was written and not yet yielded is in the history all the same.
    kept = [
        (event.kind, event.time)
        for event in history.events_after(0)
        if "alarm" in event.kind
    ]
    assert kept == [(e.kind, e.time) for e in whole if "alarm" in e.kind]
    assert set(alarms) <= set(kept)
    assert [w.anomaly_score for w in history.windows("fan")] == scores


def test_what_cannot_be_judged_has_no_score(history):
    scores = [float("nan")] * 3 + QUIET
    list(Watch(make_judge(), [Line(scores)], history).listen())
    windows = history.windows("fan")
    assert [w.problem for w in windows[:4]] == ["silent"] * 3 + [""]
    assert windows[0].anomaly_score is None
    assert history.num_judged("fan", "first") == 10


def test_enough_sound_makes_a_promise_that_later_processes_keep(history):
    settings = AlarmSettings(false_alarms_per_week=168.0)
    scores = np.random.default_rng(0).normal(size=900).tolist()
    line = Line(scores)
    events = list(Watch(make_judge(), [line], history, settings).listen())
    promises = [event for event in events if event.kind == "promise"]
    assert len(promises) >= 2
    assert promises[-1].details["promised_per_week"] == 168.0
    assert "promised: 168 false alarms a week" in promises[-1].message
    watch = Watch(make_judge(), [Line([])], history, settings)
    assert watch.promises()["fan"] == promises[-1].message
    # Another model, or another rule, begins anew.
    for judge, rule in (
        (make_judge(model="second"), settings),
        (make_judge(), AlarmSettings(num_windows=7)),
    ):
        watch = Watch(judge, [Line([])], history, rule)
        assert "provisional" in watch.promises()["fan"]


def test_a_dead_microphone_is_neither_normal_nor_an_alarm(history):
    """Scores of zero are windows of digital silence."""
    judge = make_judge(checks=("no signal",))
    scores = [0.5] * 5 + [0.0] * 10 + [0.5] * 5
    events = list(Watch(judge, [Line(scores)], history).listen())
    assert kinds(events)[1:-1] == ["cannot_judge", "can_judge"]
    assert "unplugged" in events[1].message
    assert (events[1].time, events[2].time) == (1e9 + 6, 1e9 + 17)
    windows = history.windows("fan")
    assert {w.problem for w in windows[5:16]} == {"no signal"}
    assert history.num_judged("fan", "first") == 9
    # The gate goes on from its state.
    more = Line([0.5] * 20 + [0.0] * 3 + [0.5] * 5)
    watch = Watch(make_judge(checks=("no signal",)), [more], history)
    assert kinds(watch.listen())[1:-1] == ["cannot_judge", "can_judge"]


def test_a_muted_alarm_says_so(history):
    history.mute("fan", 2e9)
    watch = Watch(make_judge(), [Line(FAULT)], history, now=lambda: 1.5e9)
    (alarm,) = (event for event in watch.listen() if event.kind == "alarm")
    assert alarm.details["muted"]


def test_notices_become_events_of_their_source(history):
    notice = Notice("source_lost", "No route.", 5.0, {"seconds": 3})
    events = list(
        Watch(make_judge(), [Line([], notices=[notice])], history).listen()
    )
    assert kinds(events) == ["started", "source_lost", "stopped"]
    assert (events[1].source, events[1].machine) == ("line", "fan")


def test_listeners_hear_all(history):
    heard = []

    class Ear(Listener):
        def hear(self, window, time):
            heard.append(window.start)

        def keep(self, source, sound, window):
            heard.append((source, len(sound.waveform)))

        def report(self, event):
            heard.append(event.kind)

    watch = Watch(make_judge(), [Line([1.0])], history, listeners=[Ear()])
    list(watch.listen())
    assert heard == ["started", 0, ("line", 100), "stopped"]


def test_a_slow_watch_drops_and_counts_what_is_live(history):
    line = Line([1.0] * 500, is_live=True)
    judge = make_judge()
    first = judge.judge
    is_full = threading.Event()

    def slowly(taken, hearing):
        is_full.wait(2)
        return first(taken, hearing)

    judge.judge = slowly
    watch = Watch(judge, [line], history)
    for event in watch.listen():
        is_full.set()
        if event.kind == "sound_dropped":
            lost = event.details["windows"]
            assert 0 < lost < 500
            assert f"{lost} windows were left out" in event.message
            break
    else:
        pytest.fail("nothing was dropped")


def test_an_error_in_a_source_ends_the_watch(history):
    class Broken(Line):
        def listen(self, hearing, position, stop):
            raise ZeroDivisionError
            yield

    with pytest.raises(ZeroDivisionError):
        list(Watch(make_judge(), [Broken([])], history).listen())


def test_it_stops_when_asked(history):
    stop = threading.Event()
    line = Line([1.0] * 100_000)
    events = []
    for event in Watch(make_judge(), [line], history).listen(stop):
        events.append(event)
        stop.set()
    event = events[-1]
    assert (event.kind, event.message) == ("stopped", "Stopped.")
    assert line.is_closed


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        ([], "none"),
        ([Line([]), Line([])], "line, line"),
        ([Line([]), Line([], "other")], "fan, fan"),
        ([Line([], machine="whale")], "'whale' for line"),
    ],
)
def test_wrong_sources_are_refused(history, sources, words):
    with pytest.raises(ValueError, match=words):
        Watch(make_judge(), sources, history)


@pytest.mark.parametrize("step", [0.0, 1.5, -1.0])
def test_a_wrong_step_is_refused(history, step):
    with pytest.raises(ValueError, match="`step_seconds` must be above 0"):
        Watch(make_judge(), [Line([])], history, step_seconds=step)
