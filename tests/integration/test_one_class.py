"""The owner of a single machine."""

import json

import pytest

from keras_asd.__main__ import main
from pipelines.runs.labels import SPEEDS

pytestmark = pytest.mark.usefixtures("eager")


@pytest.fixture
def single(write_hum, tmp_path):
    for index in range(6):
        write_hum(f"one/pump/train/{index}.wav", 100)
        write_hum(f"one/pump/test/normal_{index}.wav", 100)
        write_hum(f"one/pump/test/anomaly_{index}.wav", 150)
    return tmp_path / "one"


@pytest.mark.parametrize("answer", ["transform", "contrast"])
def test_further_classes_stand_in(single, tiny, tmp_path, answer, caplog):
    run = tmp_path / answer
    words = ["train", str(single), "--run", str(run), *tiny]
    words += ["--epochs", "1", "--one_class", answer]
    assert main(words) == 0
    assert "one class" in caplog.text
    labels = json.loads((run / "labels.json").read_text())
    num_added = {"transform": len(SPEEDS), "contrast": 4}[answer]
    assert len(labels["classes"]) == 1 + num_added
    assert set(labels["keys"]) == {"pump", "pump/all"}
    assert main(["evaluate", str(run), str(single)]) == 0
    metrics = json.loads((run / "metrics.json").read_text())
    assert metrics["machines"]["pump"]["all"]["num_anomaly"] == 6


def test_it_can_be_refused(single, tiny, tmp_path, capsys):
    words = ["train", str(single), "--run", str(tmp_path / "run"), *tiny]
    assert main([*words, "--one_class", "refuse"]) == 2
    assert "--one_class transform" in capsys.readouterr().err
