"""Fresh normal clips: what they replace in a run, and what they leave."""

import json
import os
import pathlib
import shutil

import numpy as np
import pytest
import soundfile

from keras_asd.__main__ import main
from pipelines.calibration.calibration_fitting import write_calibration
from pipelines.runs.artefacts import load_detector
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_manifest import write_run_manifest

UNITS = {"id_00": 120, "id_02": 180}


def write_fans(root, first, number, gain=1.0, units=tuple(UNITS)):
    generator = np.random.default_rng(first)
    time = np.arange(8_000) / 16_000
    for unit in units:
        for index in range(first, first + number):
            path = root / "fan" / "train" / f"normal_{unit}_{index:08d}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            hum = 0.1 * np.sin(2 * np.pi * UNITS[unit] * time)
            noise = 0.02 * generator.standard_normal(len(time))
            soundfile.write(path, gain * (hum + noise), 16_000)
    return root


@pytest.fixture(scope="module")
def fan_run(tmp_path_factory):
    fans = write_fans(tmp_path_factory.mktemp("fans"), 0, 40)
    run = tmp_path_factory.mktemp("runs") / "fans"
    words = ["train", str(fans), "--run", str(run), "--clip_seconds", "0.5"]
    assert main([*words, "--preset", "training_free"]) == 0
    return run


@pytest.fixture
def copied_run(fan_run, tmp_path):
    return pathlib.Path(shutil.copytree(fan_run, tmp_path / "run"))


def read_facts(run):
    return json.loads((run / "calibration.json").read_text())["keys"]


def test_a_machine_without_fresh_clips_keeps_all_that_it_had(
    fan_run, copied_run, tmp_path, capsys, caplog
):
    fresh = write_fans(tmp_path / "fresh", 200, 25, 3.0, units=["id_00"])
    first = min((fresh / "fan" / "train").iterdir())
    for copy in range(30):
        shutil.copy(first, first.with_name(f"normal_id_00_9{copy:07d}.wav"))
    assert main(["calibrate", str(copied_run), str(fresh)]) == 0
    told = caplog.text
    assert capsys.readouterr().out == "fan/id_00\t25 clips\n"
    assert "30 clips that are copies of others" in told
    assert "fan keeps its calibration: no fresh clip of fan/id_02" in told
    before, after = (
        load_detector(RunFolder(path)) for path in (fan_run, copied_run)
    )
    assert after.calibration.num_clips.numpy().tolist() == [80, 25, 40]
    old, new = before.check.limits.numpy(), after.check.limits.numpy()
    np.testing.assert_array_equal(old[[0, 2]], new[[0, 2]])
    # Three times as loud.
    assert new[1, 1] > old[1, 1] + 8.0
    old, new = read_facts(fan_run), read_facts(copied_run)
    assert old["fan/id_00"] != new.pop("fan/id_00")
    assert all(old[key] == of_key for key, of_key in new.items())


def test_too_few_fresh_clips_replace_nothing(copied_run, tmp_path, caplog):
    fresh = write_fans(tmp_path / "fresh", 200, 5)
    names = ("detector.keras", "calibration.json")
    before = [(copied_run / name).read_bytes() for name in names]
    assert main(["calibrate", str(copied_run), str(fresh)]) == 2
    told = caplog.text
    assert "fan/id_00 keeps its calibration by 40 clips: 5 fresh" in told
    assert "at least 19" in told
    assert [(copied_run / name).read_bytes() for name in names] == before


def test_a_kill_between_facts_and_detector_is_seen(
    copied_run, tmp_path, capsys, monkeypatch
):
    def replace(source, target):
        if target == copied_run / "detector.keras":
            raise KeyboardInterrupt
        rename(source, target)

    rename = os.replace
    fresh = write_fans(tmp_path / "fresh", 200, 25, 3.0, units=["id_00"])
    with monkeypatch.context() as patch:
        patch.setattr("os.replace", replace)
        assert main(["calibrate", str(copied_run), str(fresh)]) == 130
    assert read_facts(copied_run)["fan/id_00"]["num_clips"] == 25
    capsys.readouterr()
    assert main(["thresholds", str(copied_run)]) == 0
    lines = capsys.readouterr().out.splitlines()[3:]
    found = [line.split()[2:4] for line in lines]
    assert found == [["80", "unseen"], ["40", "unknown"], ["40", "unseen"]]


def test_a_run_of_an_earlier_version_is_of_unknown_sources(
    copied_run, tmp_path, capsys, caplog
):
    run = RunFolder(copied_run)
    write_calibration(run.calibration, {"method": "unknown", "keys": {}})
    write_run_manifest(run)
    assert main(["thresholds", str(copied_run)]) == 0
    lines = capsys.readouterr().out.splitlines()[3:]
    assert [line.split()[3:] for line in lines] == [["unknown", "unknown"]] * 3
    target = tmp_path / "models" / "fans"
    assert main(["export", str(copied_run), "--to", str(target)]) == 0
    assert "3 of 3 machines are calibrated" in caplog.text
    text = (target / "1/assets.extra/contract.json").read_text()
    contract = json.loads(text)
    assert contract["calibration_sources"] == ["unknown"] * 3
    fresh = write_fans(tmp_path / "fresh", 200, 25)
    assert main(["calibrate", str(copied_run), str(fresh)]) == 0
    assert {of_key["source"] for of_key in read_facts(copied_run).values()} == {
        "unseen"
    }
