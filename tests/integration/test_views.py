"""The training-free views, from recordings to an exported detector."""

import json

import keras
import numpy as np
import pytest
import soundfile

from keras_asd.__main__ import main
from keras_asd.models import ViewsEmbedder
from keras_asd.scorers import ViewSum
from pipelines.runs.run_folder import RunFolder

FLAGS = (
    "--preset training_free_views --clip_seconds 0.5 --embedder.num_mel_bins 16"
).split()


@pytest.fixture(scope="module")
def views(data, tmp_path_factory):
    folder = RunFolder(tmp_path_factory.mktemp("runs") / "views")
    assert main(["train", str(data), "--run", str(folder.path), *FLAGS]) == 0
    return folder


def test_it_tells_an_easy_fault_beside_other_scorers(views, data):
    detector = keras.saving.load_model(views.detector)
    assert isinstance(detector.embedder, ViewsEmbedder)
    assert isinstance(detector.scorer, ViewSum)
    assert detector.scorer.dims == detector.embedder.dims
    words = ["evaluate", str(views.path), str(data), "--scorer", "ViewSum"]
    assert main([*words, "Mahalanobis"]) == 0
    for name in ("ViewSum", "Mahalanobis"):
        path = views.path / "scorers" / name / "metrics.json"
        assert json.loads(path.read_text())["mean"]["auc"] > 0.9


def test_a_killed_training_ends_equal(views, data):
    before = keras.saving.load_model(views.detector).get_weights()
    views.detector.unlink()
    views.manifest.unlink()
    words = ["train", str(data), "--run", str(views.path), *FLAGS]
    assert main(words) == 0
    after = keras.saving.load_model(views.detector).get_weights()
    for first, second in zip(before, after, strict=True):
        np.testing.assert_array_equal(first, second)


def test_fresh_clips_calibrate_it_and_its_export_scores_alike(views, tmp_path):
    rng = np.random.default_rng(9)
    for index in range(20):
        path = tmp_path / f"data/fan/train/normal_id_00_{index:08d}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        hum = 0.1 * np.sin(2 * np.pi * 120 * np.arange(8_000) / 16_000)
        soundfile.write(path, hum + 0.02 * rng.standard_normal(8_000), 16_000)
    words = ["calibrate", str(views.path), str(tmp_path / "data")]
    assert main(words) == 0
    # What is written is compared with the run before it is published.
    assert main(["export", str(views.path), "--to", str(tmp_path / "e")]) == 0
    assert (tmp_path / "e" / "1" / "saved_model.pb").exists()


def test_both_pictures_have_maps(views, data, tmp_path):
    clip = str(next((data / "fan" / "test").glob("anomaly_id_02_*")))
    words = ["explain", str(views.path), clip, "--to", str(tmp_path)]
    assert main([*words, "--method", "rise", "--masks", "4"]) == 0
    (path,) = tmp_path.glob("*.npz")
    with np.load(path) as maps:
        assert {"log_mel", "envelope"} < set(maps.files)
        assert all(np.any(maps[name]) for name in maps.files)


def test_it_needs_views_and_another_embedder_none(views, data, tmp_path):
    words = ["train", str(data), "--run", str(tmp_path / "run")]
    words += ["--preset", "training_free", "--scorer", "ViewSum"]
    with pytest.raises(SystemExit):
        main(words)
