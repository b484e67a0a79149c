"""Two branches and no training at all, the whole way."""

import json
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_asd.__main__ import main
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config
from pipelines.settings.labels import label
from pipelines.settings.scorer_choice import list_scorers
from tests.quick_training import running_eagerly

DUAL = (
    "--preset dual_branch_reduced --clip_seconds 0.5 --embedder.width 0.125 "
    "--embedder.embedding_dim 8 --epochs 2 --batch_size 8"
).split()
FREE = (
    "--preset training_free --clip_seconds 0.5 --embedder.num_mel_bins 16"
).split()
SCORERS = (
    "CentreAngle",
    "Centroids",
    "NearestNeighbors",
    "GaussianMixture",
    "Mahalanobis",
    "Mahalanobis(covariance=domain)",
    "LocalDensity",
    "MinimumOverDomains",
)


@pytest.fixture(scope="module", params=[DUAL, FREE], ids=["dual", "free"])
def other_run(request, data, tmp_path_factory):
    path = tmp_path_factory.mktemp("runs") / "other"
    with running_eagerly():
        words = ["train", str(data), "--run", str(path), *request.param]
        assert main(words) == 0
    return path


def test_every_scorer_is_judged_beside_the_others(other_run, data, capsys):
    words = ["evaluate", str(other_run), str(data), "--scorer", "all"]
    assert main(words) == 0
    table = capsys.readouterr().out
    config = read_config(RunFolder(other_run))
    names = [label(scorer) for scorer in list_scorers(config)]
    kinds = {name.partition("(")[0] for name in SCORERS}
    assert {name.partition("(")[0] for name in names} == kinds
    for name in names:
        assert f"\n{name} " in table
        folder = other_run / "scorers" / name
        metrics = json.loads((folder / "metrics.json").read_text())
        assert 0 <= metrics["mean"]["auc"] <= 1
        assert (folder / "report.html").exists()


def test_the_export_scores_as_the_run_does(other_run, data, tmp_path, capsys):
    assert main(["export", str(other_run), "--to", str(tmp_path / "sm")]) == 0
    clips = sorted(map(str, (data / "fan" / "test").glob("*.wav")))
    capsys.readouterr()
    scores = []
    for model in (other_run, tmp_path / "sm"):
        assert main(["score", str(model), *clips]) == 0
        _, *lines = capsys.readouterr().out.splitlines()
        scores.append([float(line.split("\t")[0]) for line in lines])
    assert len(scores[0]) == len(clips) == 16
    assert len(set(scores[0])) > 8
    np.testing.assert_allclose(*scores, rtol=1e-4, atol=1e-5)


def test_the_run_s_own_scorer_is_evaluated_alone(other_run, data):
    assert main(["evaluate", str(other_run), str(data)]) == 0
    metrics = json.loads((other_run / "metrics.json").read_text())
    assert metrics["mean"]["num_sections"] == 3


@pytest.mark.parametrize(
    "scorer", ["LocalDensity", "Mahalanobis(covariance=domain)"]
)
def test_a_scorer_is_a_setting_of_training(scorer, data, tiny, tmp_path):
    run = tmp_path / "run"
    words = ["train", str(data), "--run", str(run), *FREE]
    assert main([*words, "--scorer", scorer]) == 0
    detector = keras.saving.load_model(run / "detector.keras")
    assert type(detector.scorer).__name__ == scorer.partition("(")[0]
    assert getattr(detector.scorer, "covariance", "domain") == "domain"


def test_the_first_system_takes_any_scorer(run, data, tmp_path):
    scorer = "Centroids(space=whitened)"
    assert main(["evaluate", str(run), str(data), "--scorer", scorer]) == 0
    assert (run / "scorers" / scorer / "metrics.json").exists()


def test_another_scorer_is_exported_without_training_again(
    run, data, tmp_path, capsys
):
    words = ["--to", str(tmp_path / "sm"), "--scorer", "LocalDensity"]
    assert main(["export", str(run), *words]) == 0
    contract = tmp_path / "sm" / "1" / "assets.extra" / "contract.json"
    assert json.loads(contract.read_text())["scorer"] == "LocalDensity"
    clip = str(next((data / "fan" / "test").glob("anomaly*.wav")))
    capsys.readouterr()
    scores = []
    for model in (run, tmp_path / "sm"):
        assert main(["score", str(model), clip]) == 0
        _, line = capsys.readouterr().out.splitlines()
        scores.append(float(line.split("\t")[0]))
    assert scores[0] != scores[1]
    detector = keras.saving.load_model(tmp_path / "sm" / "1" / "detector.keras")
    assert type(detector.scorer).__name__ == "LocalDensity"


def test_an_unknown_scorer_is_refused_with_those_there_are(run, data, capsys):
    words = ["evaluate", str(run), str(data), "--scorer", "magic"]
    assert main(words) == 2
    assert "LocalDensity" in capsys.readouterr().err


def test_one_class_alone_trains_compactness_and_nothing_else(
    write_hum, tmp_path, eager
):
    for index in range(8):
        write_hum(f"d/fan/train/{index:02d}.wav", 100)
    words = ["train", str(tmp_path / "d"), *DUAL, "--classes", "one"]
    run = tmp_path / "run"
    words += ["--loss", "OneClassCompactness", "--run", str(run)]
    assert main(words) == 0
    labels = json.loads((run / "labels.json").read_text())
    assert labels["classes"] == ["all"]


def test_the_export_loads_without_keras_and_this_package(data, tmp_path):
    run = tmp_path / "run"
    assert main(["train", str(data), "--run", str(run), *FREE]) == 0
    assert main(["export", str(run), "--to", str(tmp_path / "sm")]) == 0
    code = (
        "import sys, numpy, tensorflow as tf\n"
        "sys.modules['keras'] = sys.modules['keras_asd'] = None\n"
        f"served = tf.saved_model.load({str(tmp_path / 'sm' / '1')!r})\n"
        "serve = served.signatures['serving_default']\n"
        "out = serve(waveform=tf.ones([2, 9000]),"
        " machine=tf.constant(['fan/id_00', 'whale']))\n"
        "print(out['anomaly_score'].numpy().tolist())\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    known, unknown = eval(found.stdout, {"nan": np.nan})
    assert np.isfinite(known) and np.isnan(unknown)
    assert tf.__version__
