import json
import pathlib
import re
import shutil

import numpy as np
import pytest
import soundfile
import yaml

from keras_asd.__main__ import main
from pipelines.programs.train import train
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config


def show(capsys, *words):
    assert main(["thresholds", *map(str, words)]) == 0
    return capsys.readouterr().out


MACHINES = ("fan", "fan/id_00", "fan/id_02", "pump", "pump/id_00")


@pytest.fixture(scope="module")
def calibrated_run(run, data, tmp_path_factory):
    """The run, calibrated by ten copies of each unit with a little noise."""
    folder = tmp_path_factory.mktemp("calibrated")
    again = pathlib.Path(shutil.copytree(run, folder / "run"))
    generator = np.random.default_rng(1)
    for path in sorted(data.glob("*/train/*.wav")):
        fresh = folder / "fresh" / path.relative_to(data)
        fresh.parent.mkdir(parents=True, exist_ok=True)
        waveform, rate = soundfile.read(path)
        noise = 0.01 * generator.standard_normal(len(waveform))
        soundfile.write(fresh, waveform + noise, rate)
    assert main(["calibrate", str(again), str(folder / "fresh")]) == 0
    return again


def test_a_network_is_calibrated_by_the_clips_it_has_not_heard(run, capsys):
    text = show(capsys, run, "--one_in", 5)
    assert text.startswith("Wished false-alarm rate: 20 %, one in 5 ")
    # One of the ten clips of each unit was held out of the training.
    facts = json.loads((run / "calibration.json").read_text())["keys"]
    sizes = [facts[key]["num_clips"] for key in MACHINES]
    assert sizes == [2, 1, 1, 1, 1]
    sources = [facts[key]["source"] for key in MACHINES]
    assert sources == ["unseen"] + ["uncalibrated"] * 4
    lines = [line.split() for line in text.splitlines()[3:8]]
    assert [line[1] for line in lines] == ["-"] * 5
    assert "keras-asd calibrate" in text


def test_every_machine_has_a_line(calibrated_run, capsys):
    text = show(capsys, calibrated_run, "--one_in", 5)
    assert text.startswith("Wished false-alarm rate: 20 %, one in 5 ")
    for machine in MACHINES:
        assert re.search(rf"(?m)^{machine} +-?\d.* unseen ", text), machine


def test_the_export_says_that_it_is_uncalibrated(version):
    folder = version / "assets.extra"
    contract = json.loads((folder / "contract.json").read_text())
    sources = contract["calibration_sources"]
    assert sources == ["unseen"] + ["uncalibrated"] * 4
    card = (folder / "model_card.md").read_text()
    assert card.count("| 0 | no decision | uncalibrated |") == 4


def test_training_says_which_machines_give_no_alarms(run, tmp_path, caplog):
    again = pathlib.Path(shutil.copytree(run, tmp_path / "again"))
    (again / "manifest.json").unlink()
    words = yaml.safe_load((again / "config.yaml").read_text())["data"]
    with caplog.at_level("WARNING"):
        train(words, read_config(RunFolder(again)), str(again))
    found = [one for one in caplog.messages if "no alarm will ever" in one]
    assert len(found) == 1 and "keras-asd calibrate RUN FRESH" in found[0]


def test_the_same_wish_is_the_same_table(calibrated_run, capsys):
    tables = {
        show(capsys, calibrated_run, *words)
        for words in (
            ("--rate", 0.2),
            ("--one_in", 5),
            ("--per_day", 20, "--clips_per_day", 100),
        )
    }
    assert len(tables) == 1


def test_a_wish_beyond_the_clips_says_what_is_needed(calibrated_run, capsys):
    text = show(capsys, calibrated_run, "--one_in", 1000)
    assert text.count("too few clips: at least 999 are needed") == 5


def test_half_a_wish_is_refused(run, capsys):
    with pytest.raises(SystemExit):
        main(["thresholds", str(run), "--per_day", "2"])
    assert "belong together" in capsys.readouterr().err
    assert main(["thresholds", str(run), "--rate", "2"]) == 2
    assert "must be a share" in capsys.readouterr().err
