"""Searches from the command line: alone, by several processes, killed.

`KERAS_ASD_KILLS=5 pytest tests/integration/test_tuning.py` kills more.
"""

import dataclasses
import os
import random
import re
import signal
import socket
import time

import pytest
import yaml

from keras_asd.__main__ import main
from pipelines.settings.config import Config
from tests.campaign import times
from tuning.oracles.state_file import read_state

NUM_KILLS = times(1, full=20)
NUM_TRIALS = 2 + NUM_KILLS // 2


@pytest.fixture(scope="module")
def words(data, tiny):
    return ["tune", str(data), *tiny, "--epochs", "1", "--trial_holdout", "0.3"]


def trials(folder):
    """Values and objective of every completed trial, by its name."""
    state = read_state(folder / "search.json")
    assert all(one["status"] == "COMPLETED" for one in state["trials"])
    return {
        one["trial_id"]: (one["hyperparameters"], one["score"])
        for one in state["trials"]
    }


@pytest.fixture(scope="module")
def unbroken(words, fork_server, tmp_path_factory):
    """A search that ended: its flags, its folder, what it printed, seconds."""
    folder = tmp_path_factory.mktemp("searches") / "unbroken"
    words = [*words, "--trials", str(NUM_TRIALS), "--confirm_seeds", "1"]
    ended = fork_server.do([*words, "--search", folder], folder.parent)
    assert ended.code == 0, ended.text
    return words, folder, ended.text, ended.seconds


def test_a_search_ends_with_trials_a_preset_and_its_confirmation(
    unbroken, data, capsys, eager
):
    words, folder, printed, _ = unbroken
    words = [*words, "--search", str(folder)]
    rows = re.findall(r"^\| 000\d .*completed", printed, re.M)
    assert len(rows) == NUM_TRIALS
    assert "| best trial: margin" in printed
    assert "| as it was: margin 0.7, scale 30, mix_alpha 0.5 " in printed
    assert "less the reference's" in printed
    assert (folder / "search.html").read_text("utf-8").count("<img") >= 1
    assert list((folder / "tensorboard").rglob("events.*"))
    settings = yaml.safe_load((folder / "best.yaml").read_text("utf-8"))
    assert set(settings) == {one.name for one in dataclasses.fields(Config)}
    assert settings["holdout"] == 0.05
    best = max(trials(folder).values(), key=lambda one: one[1])[0]
    assert settings["loss"]["init_args"]["margin"] == best["margin"]

    begin = {one: one.stat().st_mtime_ns for one in folder.rglob("*.keras")}
    assert main(words) == 0
    assert "less the reference's" in capsys.readouterr().out
    assert begin == {
        one: one.stat().st_mtime_ns for one in folder.rglob("*.keras")
    }

    assert main([*words, "--search_seed", "7"]) == 2
    assert "seed: 0 then, 7 now" in capsys.readouterr().err

    run = folder.with_name("run")
    file = ["--config", str(folder / "best.yaml"), "--epochs", "1"]
    assert main(["train", str(data), "--run", str(run), *file]) == 0


def test_a_search_whose_trials_all_fail_says_why(
    words, tmp_path, capsys, eager
):
    flags = ["--learning_rate", "1e30", "--search", str(tmp_path / "search")]
    assert main([*words, *flags, "--trials", "1"]) == 2
    error = capsys.readouterr().err
    assert "none of which did: The loss must stay finite." in error


@pytest.mark.slow
def test_a_search_killed_again_and_again_ends_as_the_unbroken_one(
    unbroken, fork_server, tmp_path
):
    words, folder, _, seconds = unbroken
    broken = tmp_path / "broken"
    words = [*words, "--confirm_seeds", "0", "--search", broken]
    generator = random.Random(3)
    for _ in range(NUM_KILLS):
        started = fork_server.start(words, tmp_path)
        # The confirmation is the last part of it.
        time.sleep(generator.uniform(0.1, 0.5) * seconds)
        os.kill(started[0], signal.SIGKILL)
        assert fork_server.end(started, 60).code == -signal.SIGKILL
    last = fork_server.do(words, tmp_path)
    assert last.code == 0, last.text
    assert trials(broken) == trials(folder)
    assert len(trials(broken)) == NUM_TRIALS


@pytest.mark.slow
def test_a_chief_and_two_workers_end_though_one_is_killed(
    words, data, fork_server, tmp_path
):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    folder = tmp_path / "search"
    common = ["--address", address, "--search", str(folder)]
    chief = fork_server.start(
        [*words, *common, "--role", "chief", "--trials", "3"]
        + ["--confirm_seeds", "0", "--lease_seconds", "4"],
        tmp_path,
    )
    worker = ["tune", str(data), *common, "--role", "worker", "--worker"]
    victim = fork_server.start([*worker, "a"], tmp_path)
    state = folder / "search.json"
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and (
        not state.exists() or not read_state(state)["ongoing_trials"]
    ):
        time.sleep(0.05)
    os.kill(victim[0], signal.SIGKILL)
    assert fork_server.end(victim, 60).code == -signal.SIGKILL
    other = fork_server.start([*worker, "b"], tmp_path)
    for one, seconds in ((chief, 240), (other, 60)):
        ended = fork_server.end(one, seconds)
        assert ended.code == 0, ended.text
    assert len(trials(folder)) == 3
    assert sum(read_state(state)["interruptions"].values()) == 1
    assert "0000" in (folder / "trials.md").read_text("utf-8")
