"""The default: usable at once without training, then with a network."""

import json
import logging
import shutil

import keras
import numpy as np
import pytest

import pipelines.anytime.plan as plan_module
import pipelines.anytime.stages as stages_module
from keras_asd.__main__ import main
from pipelines.anytime.adoption import Adoption
from pipelines.anytime.plan import Candidate
from pipelines.runs.clip_list import read_clip_list
from pipelines.runs.run_folder import read_config
from pipelines.runs.stages import find_run
from pipelines.runs.stages import read_stages

pytestmark = pytest.mark.usefixtures("eager")

FLAGS = "--clip_seconds 0.5 --false_alarm_rate 0.2 --minutes 1".split()
HELPS = Adoption(80.0, 90.0, 5.0, 15.0, 8)
HARMS = Adoption(80.0, 79.0, -3.0, 1.0, 8)


def stop(*_):
    raise KeyboardInterrupt


def train(data, path):
    return main(["train", str(data), "--run", str(path), *FLAGS])


@pytest.fixture(scope="module")
def begun(data, tmp_path_factory):
    """A run that was stopped before its network was planned."""
    run = tmp_path_factory.mktemp("begun") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stages_module, "read_or_make_plan", stop)
        assert train(data, run) == 130
    return run


@pytest.fixture
def resumed(begun, tmp_path, monkeypatch):
    """A copy of it, and the smallest network alone, for one epoch."""
    candidate = Candidate("dual_branch_study", 1, 1)
    monkeypatch.setattr(plan_module, "CANDIDATES", (candidate,))
    monkeypatch.setattr(plan_module, "seconds_per_step", lambda *_: 0.1)
    return shutil.copytree(begun, tmp_path / "run")


def test_the_detector_is_there_before_the_network(begun, data, tmp_path):
    assert not read_stages(begun).has_ended
    clip = next(data.glob("fan/test/anomaly*"))
    out = tmp_path / "scores.csv"
    words = ["score", str(begun), str(clip), "--machine", "fan/id_00"]
    assert main([*words, "--out", str(out)]) == 0
    assert len(out.read_text().splitlines()) == 2
    assert main(["thresholds", str(begun)]) == 0
    # The same settings as without minutes.
    assert read_config(find_run(begun)).minutes == 0


def test_a_killed_run_ends_as_the_unbroken_one(
    data, begun, resumed, tmp_path, monkeypatch, caplog
):
    caplog.set_level(logging.INFO)
    broken = shutil.copytree(begun, tmp_path / "broken")
    with monkeypatch.context() as patch:
        patch.setattr(stages_module, "judge_network", stop)
        assert train(data, broken) == 130
    plan = (broken / "plan.json").read_text()
    monkeypatch.setattr(stages_module, "judge_network", lambda *_: HELPS)
    for run in (resumed, broken):
        assert train(data, run) == 0
        assert find_run(run).path.name == "network"
    assert "has it now" in caplog.text
    assert (broken / "plan.json").read_text() == plan
    first, second = (
        keras.saving.load_model(find_run(run).detector).get_weights()
        for run in (resumed, broken)
    )
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)
    assert train(data, broken) == 0
    assert "has ended already" in caplog.text
    # Held-out clips calibrate it.
    run = find_run(broken)
    roles = [entry.role for entry in read_clip_list(run.clips)]
    assert roles.count("held out") == 12
    facts = json.loads(run.calibration.read_text())["keys"]
    assert {of_key["source"] for of_key in facts.values()} == {"unseen"}
    assert facts["fan/id_00"]["num_clips"] == 4
    assert main(["evaluate", str(broken), str(data)]) == 0


def test_a_network_that_does_not_help_is_not_used(
    data, resumed, monkeypatch, caplog
):
    caplog.set_level(logging.INFO)
    judged = []
    judge = stages_module.judge_network

    def record(*words):
        judged.append(judge(*words))
        return HARMS

    monkeypatch.setattr(stages_module, "judge_network", record)
    assert train(data, resumed) == 0
    assert find_run(resumed).path.name == "training_free"
    assert "does not surely help" in caplog.text
    assert judged[0].num_clips == 12
    assert 50 < judged[0].without <= 100
    assert judged[0].low <= judged[0].high
