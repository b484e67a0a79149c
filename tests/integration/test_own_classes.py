"""Classes of the user's own: train, evaluate, export, serve, refuse."""

import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.datasets.synthetic import generate
from tests.hostile.fork_server import ForkServer

ROOT = pathlib.Path(__file__).parents[2]
PACKAGE = """
import pathlib

import keras
from keras import ops

pathlib.Path(__file__).with_name("imported").write_text("yes")


@keras.saving.register_keras_serializable("mypackage")
class MyEmbedder(keras.Model):
    def __init__(self, dim=8, **kwargs):
        super().__init__(**kwargs)
        self.dim = dim
        self.dense = keras.layers.Dense(dim)

    def call(self, waveform):
        frames = ops.reshape(waveform, (-1, 20, 400))
        return ops.mean(self.dense(ops.abs(frames)), axis=1)

    def get_config(self):
        return {**super().get_config(), "dim": self.dim}


def make_functional():
    waveform = keras.Input((8000,))
    frames = keras.layers.Reshape((20, 400))(waveform)
    vector = keras.layers.GlobalAveragePooling1D()(
        keras.layers.Dense(8, activation="relu")(frames)
    )
    return keras.Model(waveform, vector * 2.0)


@keras.saving.register_keras_serializable("mypackage")
class MyLoss(keras.losses.Loss):
    def __init__(self, power=2.0, name="my_loss", **kwargs):
        super().__init__(name=name, **kwargs)
        self.power = power

    def call(self, y_true, y_pred):
        return ops.sum(ops.abs(y_true - y_pred) ** self.power, axis=-1)

    def get_config(self):
        return {**super().get_config(), "power": self.power}
"""
SERVE = """
import sys

import numpy as np
import tensorflow as tf

sys.modules["keras"] = sys.modules["keras_asd"] = None
sys.modules["mypackage"] = None
model = tf.saved_model.load(sys.argv[1])
waveform = np.load(sys.argv[2])
outputs = model.signatures["serving_default"](
    waveform=tf.constant(waveform), machine=tf.constant(["fan/section_00"] * 2)
)
print(*outputs["anomaly_score"].numpy())
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    (folder / "mypackage").mkdir()
    (folder / "mypackage" / "__init__.py").write_text(PACKAGE)
    generate(
        folder / "data",
        SyntheticSettings(
            machines=("fan",),
            num_ids=2,
            num_train=8,
            num_train_target=0,
            num_test_normal=3,
            num_test_anomaly=3,
            seconds=0.5,
        ),
    )
    return folder


@pytest.fixture(scope="module")
def run(place):
    """Runs a command; returns what it prints. It ends with `code`."""
    path = os.pathsep.join([str(ROOT), str(place)])
    server = ForkServer(["env", f"PYTHONPATH={path}"])

    def run(*words, code=0):
        ended = server.do(words, place)
        assert ended.code == code, ended.text
        return ended.text

    yield run
    server.close()


TRAIN = (
    "--preset tastgram_study --clip_seconds 0.5 --epochs 1 --loss "
    "mypackage.MyLoss --loss.power 1.5 --scorer NearestNeighbors"
).split()


@pytest.fixture(scope="module", params=["MyEmbedder", "make_functional"])
def trained(run, request):
    name = f"runs/{request.param}"
    own = ["--embedder", f"mypackage.{request.param}"]
    words = ["train", "data", "--run", name, *TRAIN, *own]
    run(*words)
    # The same command goes on, or says that it has ended.
    assert "has ended already" in run(*words)
    return name


@pytest.mark.slow
def test_it_is_judged_and_exported_like_ours(place, run, trained):
    trust = ["--trust", "mypackage"]
    assert "AUC" in run("evaluate", trained, "data", *trust)
    to = trained.replace("runs", "saved_models")
    run("export", trained, "--to", to, *trust)
    waveform = np.random.default_rng(0).normal(0, 0.1, (2, 8000))
    np.save(place / "waveform.npy", waveform.astype("float32"))
    result = subprocess.run(
        [sys.executable, "-c", SERVE, f"{to}/1", "waveform.npy"],
        cwd=place,
        env={**os.environ, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    assert np.isfinite(np.array(result.stdout.split(), float)).all()


@pytest.mark.slow
@pytest.mark.parametrize("trained", ["MyEmbedder"], indirect=True)
@pytest.mark.parametrize(
    "words",
    [
        ["score", "{run}", "data"],
        ["evaluate", "{run}", "data"],
        ["export", "{run}", "--to", "saved_models/refused"],
        ["explain", "{run}", "data/fan/test/none.wav", "--to", "maps"],
        ["embed", "{run}", "data", "--to", "maps"],
        ["thresholds", "{run}"],
        ["calibrate", "{run}", "data"],
    ],
    ids=lambda words: words[0],
)
def test_whoever_does_not_trust_it_imports_nothing(place, run, trained, words):
    imported = place / "mypackage" / "imported"
    imported.unlink(missing_ok=True)
    words = [word.format(run=trained) for word in words]
    text = run(*words, code=2)
    assert "add `--trust mypackage`" in text
    assert not imported.exists()


@pytest.mark.slow
def test_what_is_no_embedder_is_refused_with_the_way_out(run):
    words = ["train", "data", "--run", "runs/bad", *TRAIN, "--embedder"]
    text = run(*words, "mypackage.MyLoss", code=2)
    assert "`embedder` must be a `keras.Model`" in text
    text = run(*words, "mypackage.Missing", code=2)
    assert "must be a class that can be imported" in text
