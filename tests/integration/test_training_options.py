"""Switches of training, and data that tell less or more than usual."""

import csv
import json

import keras
import numpy as np
import pytest

from keras_asd.__main__ import main
from keras_asd.models import AnomalyDetector

pytestmark = pytest.mark.usefixtures("eager")


def test_several_folders_train_one_network_in_half_precision(
    data, tiny, write_hum, tmp_path
):
    for index in range(6):
        write_hum(f"more/valve/train/{index}.flac", 400)
    run = tmp_path / "run"
    words = [str(data), str(tmp_path / "more"), "--run", str(run), *tiny]
    words += ["--mixed_precision", "true", "--loss.mix_position", "features"]
    assert main(["train", *words, "--loss.mix_per", "clip"]) == 0
    labels = json.loads((run / "labels.json").read_text())
    assert labels["classes"] == [
        "fan/id_00",
        "fan/id_02",
        "pump/id_00",
        "valve/all",
    ]
    detector = keras.saving.load_model(run / "detector.keras")
    assert isinstance(detector, AnomalyDetector)
    assert detector.embedder.compute_dtype == "float32"
    with open(run / "history.csv", newline="") as file:
        losses = [float(row["loss"]) for row in csv.DictReader(file)]
    assert np.isfinite(losses).all()


def test_attributes_are_classes_and_unlabelled_clips_are_scored(
    tiny, write_hum, tmp_path
):
    train = "d/fan/train/section_00_source_train_normal"
    for index in range(8):
        write_hum(f"{train}_{index:04d}_vel_{6 + index % 2}.wav", 100)
        write_hum(f"d/fan/test/section_00_{index:04d}.wav", 120)
    run = tmp_path / "run"
    words = ["train", str(tmp_path / "d"), "--run", str(run), *tiny]
    words += ["--classes", "attributes", "--loss", "ArcMix"]
    assert main([*words, "--loss.mix_position", "waveform"]) == 0
    labels = json.loads((run / "labels.json").read_text())
    assert labels["keys"]["fan/section_00"] == [0, 1]
    assert main(["evaluate", str(run), str(tmp_path / "d")]) == 0
    metrics = json.loads((run / "metrics.json").read_text())
    found = metrics["machines"]["fan"]["section_00"]
    assert found["auc"] is None
    assert found["reason"]
    scores = run / "scores" / "anomaly_score_fan_section_00_test.csv"
    assert len(scores.read_text().splitlines()) == 8
