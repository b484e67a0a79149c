"""A trained network and the training-free statistics, in one detector."""

import json
import shutil

import keras
import numpy as np
import pytest
import yaml

from keras_asd.__main__ import main
from keras_asd.scorers import LocalDensity
from keras_asd.scorers import NearestNeighbors
from keras_asd.scorers import ScoreSum
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config
from pipelines.settings.reading import read_settings
from pipelines.settings.reading import write_settings

pytestmark = pytest.mark.usefixtures("eager")


@pytest.fixture(scope="module")
def fused(run, data, tiny, tmp_path_factory):
    """The tiny run as if it was begun as a fused one, and then killed."""
    flags = {"fusion": "training_free", "scorer": "NearestNeighbors"}
    folder = RunFolder(tmp_path_factory.mktemp("runs") / "fused")
    shutil.copytree(run, folder.path)
    folder.manifest.unlink()
    settings = yaml.safe_load(folder.config.read_text())
    settings |= write_settings(read_settings(flags, read_config(folder)))
    folder.config.write_text(yaml.safe_dump(settings))
    words = ["train", str(data), "--run", str(folder.path), *tiny]
    words += [word for name in flags for word in (f"--{name}", flags[name])]
    assert main(words) == 0
    return folder


def test_both_parts_tell_an_easy_fault(fused, data):
    detector = keras.saving.load_model(fused.detector)
    assert isinstance(detector.scorer, ScoreSum)
    own, behind = detector.scorer.scorers
    assert isinstance(own, NearestNeighbors)
    assert isinstance(behind, LocalDensity)
    assert read_config(fused).fusion == "training_free"
    scorers = ["NearestNeighbors", "Mahalanobis"]
    words = ["evaluate", str(fused.path), str(data), "--scorer", *scorers]
    assert main(words) == 0
    for name in scorers:
        path = fused.path / "scorers" / name / "metrics.json"
        assert json.loads(path.read_text())["mean"]["auc"] > 0.9


def test_network_and_statistics_have_maps(fused, data, tmp_path):
    clip = str(next((data / "fan" / "test").glob("anomaly_id_02_*")))
    words = ["explain", str(fused.path), clip, "--to", str(tmp_path)]
    assert main([*words, "--method", "rise", "--masks", "4"]) == 0
    (path,) = tmp_path.glob("*.npz")
    with np.load(path) as maps:
        names = {"log_mel", "tgram", "statistics_log_mel"}
        assert names < set(maps.files)
        assert all(np.any(maps[name]) for name in maps.files)


def test_its_export_scores_alike(fused, tmp_path):
    # What is written is compared with the run before it is published.
    assert main(["export", str(fused.path), "--to", str(tmp_path / "e")]) == 0
    assert (tmp_path / "e" / "1" / "saved_model.pb").exists()
