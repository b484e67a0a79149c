import json
import pathlib
import re
import shutil

import pytest
import yaml

from keras_asd.__main__ import main
from pipelines.programs.train import train
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config


def show(capsys, *words):
    assert main(["thresholds", *map(str, words)]) == 0
    return capsys.readouterr().out


def test_every_machine_has_a_line(run, capsys):
    text = show(capsys, run, "--one_in", 5)
    assert text.startswith("Wished false-alarm rate: 20 %, one in 5 ")
    for machine in ("fan", "fan/id_00", "fan/id_02", "pump", "pump/id_00"):
        assert re.search(rf"(?m)^{machine} +-?\d", text), machine
    assert "trained on" in text and "keras-asd calibrate" in text
    # Of clips that were trained on, no interval is known.
    assert text.count("unknown: trained on") == 5


def test_the_export_tells_what_the_decisions_rest_on(version):
    folder = version / "assets.extra"
    contract = json.loads((folder / "contract.json").read_text())
    assert contract["calibration_sources"] == ["trained on"] * 5
    assert contract["calibration_is_optimistic"] == [True] * 5
    card = (folder / "model_card.md").read_text()
    assert card.count("| trained on |") == 5


def test_training_warns_of_decisions_by_clips_that_were_trained_on(
    run, tmp_path, caplog
):
    again = pathlib.Path(shutil.copytree(run, tmp_path / "again"))
    (again / "manifest.json").unlink()
    words = yaml.safe_load((again / "config.yaml").read_text())["data"]
    with caplog.at_level("WARNING"):
        train(words, read_config(RunFolder(again)), str(again))
    found = [one for one in caplog.messages if "more false alarms" in one]
    assert len(found) == 1 and found[0].startswith("5 of 5 machines")


def test_the_same_wish_is_the_same_table(run, capsys):
    tables = {
        show(capsys, run, *words)
        for words in (
            ("--rate", 0.2),
            ("--one_in", 5),
            ("--per_day", 20, "--clips_per_day", 100),
        )
    }
    assert len(tables) == 1


def test_a_wish_beyond_the_clips_says_what_is_needed(run, capsys):
    text = show(capsys, run, "--one_in", 1000)
    assert text.count("too few clips: at least 999 are needed") == 5


def test_half_a_wish_is_refused(run, capsys):
    with pytest.raises(SystemExit):
        main(["thresholds", str(run), "--per_day", "2"])
    assert "belong together" in capsys.readouterr().err
    assert main(["thresholds", str(run), "--rate", "2"]) == 2
    assert "must be a share" in capsys.readouterr().err
