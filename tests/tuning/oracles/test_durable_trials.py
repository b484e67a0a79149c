import math

import pytest

from tests.tuning.toy_search import toy_oracle
from tuning.oracles.durable_trials import MAX_INTERRUPTIONS
from tuning.oracles.kinds import read_trials


@pytest.fixture
def oracle(tmp_path):
    one = toy_oracle(tmp_path)
    yield one
    one.close()


def test_interrupted_trials_come_first_again_in_their_order(oracle):
    values = {}
    for worker in "abcd":
        trial = oracle.create_trial(worker)
        values[trial.trial_id] = trial.hyperparameters.values
    for worker in "cad":
        oracle.interrupt(worker)
    statuses = [one.status for one in read_trials(oracle)]
    assert statuses == ["waiting", "running", "waiting", "waiting"]
    again = [oracle.create_trial(worker) for worker in "wxyz"]
    assert [one.trial_id for one in again] == ["0000", "0002", "0003", "0004"]
    for trial in again[:3]:
        assert trial.hyperparameters.values == values[trial.trial_id]


def test_a_worker_that_asks_again_gets_the_trial_that_it_has(oracle):
    first, again = oracle.create_trial("a"), oracle.create_trial("a")
    assert first.trial_id == again.trial_id == "0000"


def test_a_trial_that_kills_whoever_runs_it_counts_as_failed(oracle):
    for _ in range(MAX_INTERRUPTIONS):
        assert oracle.create_trial("a").trial_id == "0000"
        oracle.interrupt("a")
    assert oracle.create_trial("a").trial_id == "0001"
    record = read_trials(oracle)[0]
    assert record.status == "failed"
    assert record.reason.startswith("Interrupted 10 times")


def test_any_number_of_failures_in_a_row_does_not_stop_the_search(oracle):
    for _ in range(6):
        trial = oracle.create_trial("a")
        oracle.report(trial.trial_id, "a", {}, "ValueError: no\nTraceback")
    assert oracle.create_trial("a").status == "STOPPED"
    assert oracle.is_over()
    assert {one.reason for one in read_trials(oracle)} == {"ValueError: no"}


@pytest.mark.parametrize("value", [math.nan, math.inf, None])
def test_a_trial_without_a_finite_objective_has_failed(oracle, value):
    oracle.create_trial("a")
    metrics = {"val_loss": 1.0}
    if value is not None:
        metrics["val_proxy_auc"] = value
    oracle.report("0000", "a", metrics)
    (record,) = read_trials(oracle)
    assert record.status == "failed" and record.objective is None
    assert record.reason.startswith("The objective must be finite.")
    assert record.metrics["val_loss"] == 1.0


def test_a_result_counts_once_and_only_from_whoever_has_the_trial(oracle):
    oracle.create_trial("a")
    oracle.report("0000", "b", {"val_proxy_auc": 0.1})
    assert read_trials(oracle)[0].status == "running"
    oracle.report("0000", "a", {"val_proxy_auc": 0.2, "trial_seconds": 3.0})
    oracle.report("0000", "a", {"val_proxy_auc": 0.3})
    oracle.report("0007", "a", {"val_proxy_auc": 0.4})
    (record,) = read_trials(oracle)
    assert (record.objective, record.seconds) == (0.2, 3.0)
    assert record.metrics == {"val_proxy_auc": 0.2}


def test_nobody_is_sent_home_while_a_trial_may_come_back(tmp_path):
    oracle = toy_oracle(tmp_path, trials=2)
    for worker in "ab":
        oracle.create_trial(worker)
    oracle.report("0001", "b", {"val_proxy_auc": 0.5})
    assert oracle.create_trial("b").status == "IDLE" and not oracle.is_over()
    oracle.interrupt("a")
    assert oracle.create_trial("b").trial_id == "0000"
    oracle.report("0000", "b", {"val_proxy_auc": 0.5})
    assert oracle.is_over()
    assert oracle.create_trial("b").status == "STOPPED"
    oracle.close()


def test_to_ask_whether_it_is_over_takes_nothing(oracle, tmp_path):
    before = (tmp_path / "search.json").read_text()
    assert not oracle.is_over() and not oracle.is_over()
    assert (tmp_path / "search.json").read_text() == before
    assert oracle.read() == []


def test_numbers_told_in_between_are_replaced_not_averaged(oracle):
    trial = oracle.create_trial("a")
    for value in (0.2, 0.6):
        oracle.update_trial("0000", {"val_proxy_auc": value})
    trial.status = "COMPLETED"
    oracle.end_trial(trial)
    assert read_trials(oracle)[0].objective == 0.6
