import json
import pathlib
import subprocess
import sys

import pytest

from tests.tuning.toy_search import TUNERS
from tests.tuning.toy_search import run_toy
from tests.tuning.toy_search import toy_oracle
from tests.tuning.toy_search import toy_settings
from tests.tuning.toy_search import toy_space
from tuning.oracles import durable
from tuning.oracles.kinds import make_oracle

ROOT = pathlib.Path(__file__).parents[3]


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("killed")
    words = [sys.executable, "-m", "tests.tuning.killed_searches", folder]
    subprocess.run(words, cwd=ROOT, check=True, timeout=300)
    return folder


def comparable(path):
    """All of a state but the time it took, and how often it was killed."""
    state = json.loads(path.read_text())
    del state["interruptions"]
    for trial in state["trials"]:
        del trial["metrics"]["metrics"]["trial_seconds"]
        # Below it stands where it failed, which a trace of lines changes.
        trial["message"] = (trial["message"] or "").partition("\n")[0]
    return state


@pytest.mark.parametrize("tuner", TUNERS)
def test_a_search_killed_between_any_two_lines_ends_as_unbroken(killed, tuner):
    unbroken = comparable(killed / tuner / "unbroken" / "search.json")
    assert comparable(killed / tuner / "killed" / "search.json") == unbroken
    assert int((killed / tuner / "killed" / "kills.txt").read_text()) >= 5
    statuses = {trial["status"] for trial in unbroken["trials"]}
    assert "COMPLETED" in statuses <= {"COMPLETED", "FAILED"}
    assert not unbroken["ongoing_trials"] and not unbroken["retry_queue"]


def test_a_second_process_is_refused_until_the_first_is_gone(tmp_path):
    oracle = toy_oracle(tmp_path)
    with pytest.raises(ValueError, match="one process at a time.*process "):
        toy_oracle(tmp_path)
    oracle.close()
    toy_oracle(tmp_path).close()


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_torn_state_is_refused_by_its_name(tmp_path, share):
    oracle = toy_oracle(tmp_path)
    oracle.create_trial("tuner0")
    oracle.close()
    path = tmp_path / "search.json"
    text = path.read_text()
    path.write_text(text[: int(share * len(text))])
    with pytest.raises(ValueError, match="search.json.*Move that file away"):
        toy_oracle(tmp_path)
    path.write_text(text)
    toy_oracle(tmp_path).close()


@pytest.mark.parametrize(
    "name", ["trials", "bound", "hyperparameters", "seed_state", "tuner_ids"]
)
def test_a_state_without_a_part_is_refused(tmp_path, name):
    toy_oracle(tmp_path).close()
    path = tmp_path / "search.json"
    state = json.loads(path.read_text())
    del state[name]
    path.write_text(json.dumps(state))
    with pytest.raises(ValueError, match="search.json.*Move that file away"):
        toy_oracle(tmp_path)


def test_other_settings_or_ranges_are_refused_but_more_trials_are_not(
    tmp_path,
):
    toy_oracle(tmp_path, trials=1).close()
    with pytest.raises(ValueError, match="tuner: random then, bayesian now"):
        toy_oracle(tmp_path, tuner="bayesian", trials=1)
    wider = toy_space()
    wider.space[0].max_value = 1.5
    with pytest.raises(ValueError, match="other ranges"):
        make_oracle(toy_settings(trials=1), wider, tmp_path)
    oracle = toy_oracle(tmp_path, trials=2)
    for name in "ab":
        assert oracle.create_trial(name).status == "RUNNING"
    oracle.close()
    with pytest.raises(ValueError, match="trials: 2 then, 1 now"):
        toy_oracle(tmp_path, trials=1)


def test_what_workers_are_told_binds_the_search(tmp_path):
    space = toy_space()
    space.Fixed("search/data", "e3b0")
    oracle = make_oracle(toy_settings(), space, tmp_path)
    told = oracle.get_space().values
    assert told["search/data"] == "e3b0" and "search/settings" in told
    values = oracle.create_trial("a").hyperparameters.values
    assert values == {"margin": 0.7, "scale": 30.0, "gate": "raw"}
    oracle.close()
    with pytest.raises(ValueError, match="search/data: e3b0 then, None now"):
        toy_oracle(tmp_path)


def test_a_change_that_cannot_be_written_has_not_happened(
    tmp_path, monkeypatch
):
    oracle = toy_oracle(tmp_path)
    first = oracle.create_trial("tuner0")

    def fail(*_):
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(durable, "write_state", fail)
        with pytest.raises(OSError, match="no space left"):
            oracle.report(first.trial_id, "tuner0", {"val_proxy_auc": 0.5})
        with pytest.raises(OSError, match="no space left"):
            oracle.create_trial("another")
    assert [one.status for one in oracle.read()] == ["RUNNING"]
    oracle.report(first.trial_id, "tuner0", {"val_proxy_auc": 0.5})
    second = oracle.create_trial("tuner0")
    oracle.close()
    unbroken = toy_oracle(tmp_path / "unbroken")
    unbroken.create_trial("tuner0")
    unbroken.report("0000", "tuner0", {"val_proxy_auc": 0.5})
    values = unbroken.create_trial("tuner0").hyperparameters.values
    assert second.hyperparameters.values == values
    unbroken.close()


def test_ctrl_c_while_values_are_chosen_changes_nothing(tmp_path, monkeypatch):
    oracle = toy_oracle(tmp_path)
    oracle.create_trial("a")
    before = (tmp_path / "search.json").read_text()
    with monkeypatch.context() as patch:

        def interrupt(trial):
            raise KeyboardInterrupt

        patch.setattr(oracle, "_record_values", interrupt)
        with pytest.raises(KeyboardInterrupt):
            oracle.create_trial("b")
    assert (tmp_path / "search.json").read_text() == before
    second = oracle.create_trial("b").hyperparameters.values
    oracle.close()
    unbroken = toy_oracle(tmp_path / "unbroken")
    unbroken.create_trial("a")
    assert unbroken.create_trial("b").hyperparameters.values == second
    unbroken.close()


def test_an_ended_search_begun_again_changes_nothing(tmp_path):
    run_toy(tmp_path, "random")
    before = (tmp_path / "search.json").read_bytes()
    begun = (tmp_path / "begun.txt").read_bytes()
    run_toy(tmp_path, "random")
    assert (tmp_path / "search.json").read_bytes() == before
    assert (tmp_path / "begun.txt").read_bytes() == begun
