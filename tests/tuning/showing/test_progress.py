from tuning.showing.progress import TrialLines
from tuning.trials.trial_record import TrialRecord


def record(name, status="completed", objective=0.6, seconds=60.0, reason=""):
    return TrialRecord(
        name, {"margin": 0.5}, status, objective, {}, seconds, reason
    )


def test_every_trial_that_ends_is_told_once():
    lines = TrialLines(3)
    begun = record("0", "running", None, None)
    assert lines.update([begun]) == []
    told = lines.update([record("0"), record("1", "running", None, None)])
    assert told == [
        "trial 0: 60.00 % with margin 0.5; best 60.00 %, trial 0; "
        "1 of 3, about 2 min left"
    ]
    assert lines.update([record("0")]) == []


def test_a_failed_trial_is_told_with_its_reason():
    (line,) = TrialLines(2).update(
        [record("0", "failed", None, 30.0, "The loss must stay finite.")]
    )
    assert line.startswith("trial 0 failed with margin 0.5: The loss must")


def test_two_workers_halve_the_time_that_is_left():
    ended = [record("0", seconds=600.0), record("1", seconds=600.0)]
    running = [record(str(i), "running", None, None) for i in (2, 3)]
    lines = TrialLines(6).update(ended + running)
    assert lines[-1].endswith("2 of 6, about 20 min left")


def test_where_the_number_of_trials_is_unknown_no_time_is_told():
    (line,) = TrialLines(None).update([record("0")])
    assert line.endswith("1 done")


def test_trials_of_an_earlier_call_are_not_told_again(caplog):
    lines = TrialLines(3)
    with caplog.at_level("INFO"):
        lines.begin([record("0"), record("1", "waiting", None, None)])
    assert caplog.messages == ["resuming after 1 trials"]
    (line,) = lines.update([record("0"), record("1")])
    assert line.startswith("trial 1:")
