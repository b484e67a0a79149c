"""Train, evaluate, export and score, as a user does."""

import csv
import json
import subprocess
import sys

import keras
import numpy as np
import pytest
import soundfile
import tensorflow as tf

import keras_asd.models  # noqa: F401
from keras_asd.__main__ import main
from keras_asd.metrics import roc_auc
from pipelines.runs.clip_list import read_clip_list


@pytest.fixture(scope="module")
def metrics(run):
    return json.loads((run / "metrics.json").read_text())


def read_scores(run, name):
    with open(run / "scores" / name, newline="") as file:
        return {row[0]: float(row[1]) for row in csv.reader(file)}


def test_the_run_holds_what_it_was_made_of_and_what_it_found(run):
    names = {path.relative_to(run).as_posix() for path in run.rglob("*")}
    assert names >= {
        "config.yaml",
        "labels.json",
        "clips.csv",
        "environment.json",
        "history.csv",
        "checkpoints/epoch_00002.keras",
        "detector.keras",
        "manifest.json",
        "metrics.json",
        "table.md",
        "report.html",
        "angles.png",
        "scores/anomaly_score_fan_id_00.csv",
        "scores/anomaly_score_fan_id_02.csv",
        "scores/anomaly_score_pump_id_00.csv",
    }
    assert list((run / "tensorboard").rglob("*tfevents*"))
    assert not [name for name in names if "partial" in name]


def test_metrics_are_those_of_the_score_files(run, metrics):
    for machine, unit in (
        ("fan", "id_00"),
        ("fan", "id_02"),
        ("pump", "id_00"),
    ):
        scores = read_scores(run, f"anomaly_score_{machine}_{unit}.csv")
        is_anomaly = [name.startswith("anomaly") for name in scores]
        found = metrics["machines"][machine][unit]
        assert found["num_normal"] == found["num_anomaly"] == 4
        expected = roc_auc(is_anomaly, list(scores.values()))
        assert found["auc"] == pytest.approx(expected)


def test_means_are_over_machines_of_the_means_over_ids(metrics):
    fans = [metrics["machines"]["fan"][unit] for unit in ("id_00", "id_02")]
    pump = metrics["machines"]["pump"]["id_00"]
    for name in ("auc", "pauc"):
        fan_mean = (fans[0][name] + fans[1][name]) / 2
        expected = (fan_mean + pump[name]) / 2
        assert metrics["mean"][name] == pytest.approx(expected)
    worst = (min(fan["auc"] for fan in fans) + pump["auc"]) / 2
    assert metrics["mean"]["mauc"] == pytest.approx(worst)
    assert set(metrics["pooled"]) >= {"auc", "pauc"}


def test_every_clip_has_a_role(run):
    roles = [entry.role for entry in read_clip_list(run / "clips.csv")]
    assert roles.count("test") == 24
    assert roles.count("train") + roles.count("held out") == 30
    assert roles.count("held out") >= 1


def test_the_history_has_a_row_an_epoch(run):
    with open(run / "history.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert {"loss", "accuracy", "val_loss", "val_accuracy"} <= set(rows[0])
    assert float(rows[1]["learning_rate"]) < float(rows[0]["learning_rate"])


def load_waveforms(data, pattern):
    paths = sorted(data.glob(pattern))
    return [soundfile.read(path, dtype="float32")[0] for path in paths], paths


def test_the_saved_model_scores_as_the_training_side(run, version, data):
    serve = tf.saved_model.load(version).signatures["serving_default"]
    for key in ("fan/id_00", "fan/id_02", "pump/id_00"):
        machine, unit = key.split("/")
        scores = read_scores(run, f"anomaly_score_{machine}_{unit}.csv")
        waveforms, paths = load_waveforms(data, f"{machine}/test/*{unit}*")
        assert len(paths) == len(scores) == 8
        for waveform, path in zip(waveforms, paths, strict=True):
            served = serve(
                waveform=tf.constant(waveform[None]),
                machine=tf.constant([key]),
            )
            expected = scores[path.name]
            score = float(served["anomaly_score"][0])
            assert abs(score - expected) <= 1e-4 * max(1, abs(expected))
            assert served["embedding"].shape == (1, 128)


def test_a_bare_machine_scores_the_least_over_its_ids(version, data):
    serve = tf.saved_model.load(version).signatures["serving_default"]
    [waveform, *_], _ = load_waveforms(data, "fan/test/*")
    keys = ["fan/id_00", "fan/id_02", "fan", "nothing", "pump", "pump/id_00"]
    served = serve(
        waveform=tf.constant(np.stack([waveform] * 6)),
        machine=tf.constant(keys),
    )
    scores = dict(zip(keys, served["anomaly_score"].numpy(), strict=True))
    least = min(scores["fan/id_00"], scores["fan/id_02"])
    assert scores["fan"] == pytest.approx(least, rel=1e-5)
    assert scores["pump"] == pytest.approx(scores["pump/id_00"], rel=1e-5)
    assert np.isnan(scores["nothing"])


WITHOUT_KERAS = """
import sys
for name in ("keras", "keras_asd", "pipelines", "tensorflow_io", "tf_keras"):
    sys.modules[name] = None
import numpy as np
import tensorflow as tf
loaded = tf.saved_model.load(sys.argv[1])
serve = loaded.signatures["serving_default"]
waveform = np.load(sys.argv[2])
for samples in (3_000, 8_000, 8_001, 20_000):
    served = serve(waveform=tf.constant(waveform[:, :samples]),
                   machine=tf.constant(["fan/id_00"] * len(waveform)))
    print(*served["anomaly_score"].numpy())
"""


def test_it_loads_where_there_is_no_keras_and_takes_any_length(
    run, version, tmp_path
):
    generator = np.random.default_rng(1)
    waveform = 0.1 * generator.standard_normal((2, 20_000))
    np.save(tmp_path / "waveform.npy", waveform.astype("float32"))
    script = tmp_path / "serve.py"
    script.write_text(WITHOUT_KERAS)
    printed = subprocess.run(
        [sys.executable, script, version, tmp_path / "waveform.npy"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    detector = keras.saving.load_model(run / "detector.keras")
    key = np.full(2, list(detector.keys).index("fan/id_00"))
    for line, samples in zip(
        printed, (3_000, 8_000, 8_001, 20_000), strict=True
    ):
        inputs = {"waveform": waveform[:, :samples], "key": key}
        expected = np.array(detector(inputs)["anomaly_score"])
        scores = np.array(line.split(), "float64")
        assert (
            abs(scores - expected) <= 1e-4 * np.maximum(1, abs(expected))
        ).all()


def test_the_graph_is_made_of_core_operations(version):
    from tensorflow.core.protobuf import saved_model_pb2

    proto = saved_model_pb2.SavedModel()
    proto.ParseFromString((version / "saved_model.pb").read_bytes())
    library = proto.meta_graphs[0].graph_def.library
    used = {node.op for one in library.function for node in one.node_def}
    assert len(used) > 20
    assert not used & {"PyFunc", "EagerPyFunc", "XlaCallModule"}
    assert not [name for name in used if ">" in name]


def test_the_exported_keras_file_scores_too(version, run):
    exported = keras.saving.load_model(version / "detector.keras")
    trained = keras.saving.load_model(run / "detector.keras")
    for one, other in zip(
        exported.get_weights(), trained.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_the_card_tells_shares_in_percent_and_no_counts(version, metrics):
    card = (version / "assets.extra" / "model_card.md").read_text()
    assert f"| auc | {100 * metrics['mean']['auc']:.1f} |" in card
    assert "| num_" not in card


def test_a_second_export_is_the_next_version(run, version):
    assert main(["export", str(run), "--to", str(version.parent)]) == 0
    names = sorted(path.name for path in version.parent.glob("[!.]*"))
    assert names == ["1", "2"]


@pytest.mark.parametrize("model", ["run", "version"])
def test_score_prints_one_object_a_line(request, model, run, data, capsys):
    folder = request.getfixturevalue(model)
    paths = sorted(str(path) for path in data.glob("fan/test/*id_02*"))
    assert main(["score", str(folder), *paths, "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    expected = read_scores(run, "anomaly_score_fan_id_02.csv")
    assert [line["clip"] for line in lines] == paths
    for line in lines:
        assert line["machine"] == "fan/id_02"
        name = line["clip"].rpartition("/")[2]
        assert line["anomaly_score"] == pytest.approx(
            expected[name], abs=1e-4 * max(1, abs(expected[name]))
        )


def test_score_takes_a_clip_whose_name_tells_nothing(run, write_hum, capsys):
    clip = write_hum("holiday.wav", sampling_rate=44_100)
    words = ["score", str(run), str(clip), "--json"]
    assert main(words) == 2
    assert "--machine" in json.loads(capsys.readouterr().out)["problem"]
    assert main([*words, "--machine", "pump"]) == 0
    assert json.loads(capsys.readouterr().out)["machine"] == "pump"


def test_a_run_can_be_made_again_from_its_own_configuration(run, tmp_path):
    config = str(run / "config.yaml")
    again = tmp_path / "again"
    assert main(["train", "--config", config, "--run", str(again)]) == 0
    first, second = (
        keras.saving.load_model(path / "detector.keras").get_weights()
        for path in (run, again)
    )
    for one, other in zip(first, second, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)
