"""Every way to train, at toy size, from recordings to an exported model."""

import dataclasses
import json
import pathlib

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_asd.__main__ import main
from keras_asd.models import AnomalyDetector
from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.datasets.synthetic import generate
from pipelines.methods import networks as network_training
from pipelines.programs.evaluate import evaluate_scorers
from pipelines.programs.explain import explain
from pipelines.programs.train import train
from pipelines.settings.config import Config
from pipelines.settings.embedders import Flow
from pipelines.settings.embedders import MobileFaceNet
from pipelines.settings.embedders import MobileNet
from pipelines.settings.embedders import Reconstruction
from pipelines.settings.front_ends import LogMel
from pipelines.settings.losses import ArcFace
from pipelines.settings.losses import CrossEntropy
from pipelines.settings.losses import OutlierExposure
from pipelines.settings.losses import OwnClassError
from pipelines.settings.pretraining import BuiltInMachines
from pipelines.settings.pretraining import Contrastive
from pipelines.settings.scorers import HeadScore
from pipelines.settings.scorers import LogOdds
from pipelines.settings.scorers import SelectiveMahalanobis
from tests.quick_training import running_eagerly

SHARED = {
    "clip_seconds": 0.5,
    "epochs": 1,
    "batch_size": 4,
    "holdout": 0.0,
    "keep": "last",
}
FRONT_END = LogMel(num_mel_bins=16)
WIDER = LogMel(num_mel_bins=32)
RECONSTRUCTION = {
    "embedder": Reconstruction(front_end=FRONT_END, units=(4,)),
    "networks": "machine",
    "loss": OwnClassError(),
    "scorer": HeadScore(),
}
FACENET = MobileFaceNet(front_end=FRONT_END, embedding_dim=8, width=0.0625)
METHODS = {
    "idnn": {
        **RECONSTRUCTION,
        "embedder": Reconstruction(
            front_end=FRONT_END, predicts="middle", units=(4,)
        ),
        "scorer": SelectiveMahalanobis(),
        "holdout": 0.5,
    },
    "mobilenet": {
        "embedder": MobileNet(front_end=WIDER, width=0.0625),
        "networks": "machine",
        "loss": CrossEntropy(),
        "scorer": LogOdds(),
        "clip_seconds": 1.1,
        "window_step_seconds": 0.5,
        "windows_per_clip": 2,
        "batch_size": 16,
    },
    "flow": {
        "embedder": Flow(
            front_end=WIDER, num_blocks=1, num_steps=1, width=0.0625
        ),
        "networks": "section",
        "loss": OutlierExposure(),
        "scorer": HeadScore(),
        "clip_seconds": 1.1,
    },
    "clp_scf": {
        "embedder": dataclasses.replace(FACENET, channels=("log_mel", "tgram")),
        "loss": ArcFace(),
        "pretraining": Contrastive(epochs=1),
    },
    "cross_entropy": {
        "embedder": FACENET,
        "loss": CrossEntropy(),
        "scorer": LogOdds(),
        "further_classes": "built_in",
        "pretraining": BuiltInMachines(epochs=1),
    },
}
WITHOUT_CENTRES = ("idnn", "flow")


def make_config(method):
    return Config(**{**SHARED, **method})


@pytest.fixture(scope="module", autouse=True)
def eager():
    """For the fixtures of this file, too."""
    with running_eagerly():
        yield


@pytest.fixture
def graphs(eager):
    """As anywhere else."""
    tf.config.run_functions_eagerly(False)
    yield
    tf.config.run_functions_eagerly(True)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Two machines of two sections, two clips of 1.2 s to train on each."""
    root = tmp_path_factory.mktemp("data")
    settings = SyntheticSettings(
        machines=("fan", "pump"),
        num_ids=2,
        num_train=2,
        num_train_target=1,
        num_test_normal=1,
        num_test_anomaly=1,
        seconds=1.2,
    )
    generate(root, settings)
    return str(root)


@pytest.fixture(scope="module")
def finished(data, tmp_path_factory):
    """A finished run of a network for each machine."""
    run = tmp_path_factory.mktemp("runs") / "autoencoder"
    train([data], make_config(RECONSTRUCTION), str(run))
    return run


@pytest.fixture(autouse=True)
def few_built_in(monkeypatch):
    """Built-in machines, but only one of them and few clips."""

    def few(**settings):
        settings |= {"machines": ("slider",), "num_train": 1}
        return SyntheticSettings(**{**settings, "num_train_target": 0})

    monkeypatch.setattr("pipelines.runs.preparation.SyntheticSettings", few)


@pytest.mark.parametrize("name", METHODS)
def test_it_trains_and_scores_and_is_loaded(name, data, tmp_path):
    detector = train([data], make_config(METHODS[name]), str(tmp_path / "run"))
    loaded = keras.saving.load_model(tmp_path / "run" / "detector.keras")
    assert isinstance(loaded, AnomalyDetector)
    assert list(loaded.keys) == [
        "fan",
        "fan/section_00",
        "fan/section_01",
        "pump",
        "pump/section_00",
        "pump/section_01",
    ]
    clips = np.random.default_rng(0).normal(0, 0.1, (6, 20_000))
    inputs = {"waveform": clips.astype("float32"), "key": np.arange(6)}
    before, after = detector(inputs), loaded(inputs)
    for output in before:
        np.testing.assert_allclose(
            np.array(before[output]), np.array(after[output]), rtol=1e-5
        )
    assert np.isfinite(np.array(after["anomaly_score"])).all()
    is_angle = np.array(after["angle"]) >= 0
    assert is_angle.all() == (name not in WITHOUT_CENTRES) == is_angle.any()


def test_a_run_killed_after_its_first_network_ends_as_the_unbroken_one(
    finished, data, tmp_path, monkeypatch
):
    config, run = make_config(RECONSTRUCTION), tmp_path / "run"
    fit_classifier, networks = network_training.fit_classifier, []

    def fit(examples, listed, label_map, config, run, **options):
        networks.append(run.path.name)
        if len(networks) == 2:
            raise KeyboardInterrupt
        return fit_classifier(
            examples, listed, label_map, config, run, **options
        )

    monkeypatch.setattr(network_training, "fit_classifier", fit)
    with pytest.raises(KeyboardInterrupt):
        train([data], config, str(run))
    assert networks == ["000_fan", "001_pump"]
    history = run / "parts" / "000_fan" / "history.csv"
    written = history.stat().st_mtime_ns
    train([data], config, str(run))
    assert history.stat().st_mtime_ns == written
    whole, resumed = (
        keras.saving.load_model(path / "detector.keras").get_weights()
        for path in (finished, run)
    )
    for one, other in zip(whole, resumed, strict=True):
        np.testing.assert_array_equal(one, other)


def test_other_scorers_judge_and_angles_are_left_out(finished, data):
    names = ["HeadScore", "SelectiveMahalanobis", "NearestNeighbors"]
    reports = evaluate_scorers(str(finished), [data], names)
    assert list(reports) == names
    for name in names:
        folder = finished / "scorers" / name
        metrics = json.loads((folder / "metrics.json").read_text())
        assert set(metrics["machines"]) == {"fan", "pump"}
        assert not (folder / "angles.png").exists()
        assert (folder / "roc.png").exists()


def test_an_exported_version_gives_the_same_scores(finished, graphs, tmp_path):
    words = ["export", str(finished), "--to", str(tmp_path / "models")]
    assert main(words) == 0
    served = tf.saved_model.load(tmp_path / "models" / "1")
    clips = np.random.default_rng(0).normal(0, 0.1, (6, 20_000))
    waveform, key = clips.astype("float32"), np.arange(6)
    detector = keras.saving.load_model(finished / "detector.keras")
    expected = detector({"waveform": waveform, "key": key})["anomaly_score"]
    signature = served.signatures["serving_default"]
    machine = tf.constant(list(detector.keys))
    waveform = tf.constant(waveform)
    found = signature(waveform=waveform, machine=machine)["anomaly_score"]
    np.testing.assert_allclose(np.array(found), np.array(expected), rtol=1e-4)


def test_embeddings_are_those_of_all_networks(finished, data, tmp_path):
    folder = tmp_path / "map"
    assert main(["embed", str(finished), data, "--to", str(folder)]) == 0
    with np.load(folder / "embeddings.npz") as arrays:
        assert arrays["embedding"].shape == (16, 2 * 20)


def test_a_clip_is_explained_by_its_own_machine_s_network(
    finished, data, tmp_path
):
    [clip, *_] = sorted(pathlib.Path(data).glob("pump/test/*"))
    few = {"num_masks": 3, "method": "rise"}
    [made] = explain(str(finished), [str(clip)], str(tmp_path), **few)
    with np.load(made.files[1]) as maps:
        assert maps.files[:1] == ["log_mel"]
        assert np.abs(maps["log_mel"]).max() > 0
    assert made.key.startswith("pump/section_0")
