import json
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[3]


@pytest.fixture(scope="module")
def machines(tmp_path_factory):
    folder = tmp_path_factory.mktemp("machines")
    words = [sys.executable, "-m", "tests.tuning.machine_searches", folder]
    subprocess.run(words, cwd=ROOT, check=True, timeout=300)
    return folder


def results(folder):
    state = json.loads((folder / "search.json").read_text())
    assert not state["ongoing_trials"] and not state["retry_queue"]
    assert sorted(state["end_order"]) == state["start_order"]
    return [
        (one["trial_id"], one["hyperparameters"], one["score"], one["status"])
        for one in state["trials"]
    ]


def begun(folder):
    """Trials and by whom, in the order of their beginnings."""
    lines = (folder / "begun.txt").read_text().splitlines()
    return [tuple(line.split()) for line in lines]


def test_a_worker_killed_mid_trial_loses_nothing_but_its_trial(machines):
    folder = machines / "kill_worker"
    assert json.loads((folder / "codes.json").read_text()) == [0, -9, 0]
    assert results(folder) == results(machines / "unbroken")
    names = [name for name, _ in begun(folder)]
    twice = [name for name in set(names) if names.count(name) > 1]
    assert len(twice) == 1 and names[-1] == twice[0]


def test_workers_wait_for_a_restarted_chief_and_keep_their_trials(machines):
    folder = machines / "restart_chief"
    assert json.loads((folder / "codes.json").read_text()) == [0, 0, 0]
    assert results(folder) == results(machines / "unbroken")
    names = [name for name, _ in begun(folder)]
    assert sorted(names) == sorted(set(names))
    assert len({worker for _, worker in begun(folder)}) == 2


def test_a_worker_that_slept_too_long_leaves_its_trial_to_the_other(machines):
    folder = machines / "stop_worker"
    assert json.loads((folder / "codes.json").read_text()) == [0, 0, 0]
    assert results(folder) == results(machines / "unbroken")
    state = json.loads((folder / "search.json").read_text())
    (slept,) = state["interruptions"]
    sleeper = dict(begun(folder))[slept]
    # Both worked on it, each in a folder of its own.
    others = [one for one in begun(folder) if one[0].startswith(f"{slept}-b-")]
    assert len(others) == 1 and others[0][1] != sleeper
