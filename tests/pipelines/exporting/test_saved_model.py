"""Batches that the signatures of an exported model refuse."""

import pathlib
import re

import keras
import numpy as np
import pytest
import tensorflow as tf

from pipelines.exporting.request_size import MAX_CLIPS
from pipelines.exporting.saved_model import write_saved_model
from pipelines.runs.labels import LabelMap
from pipelines.settings.config import Config
from pipelines.settings.embedders import MobileFaceNet
from pipelines.training.assembly import make_detector


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    config = Config(embedder=MobileFaceNet(width=0.25), clip_seconds=1.0)
    label_map = LabelMap(("fan/a", "fan/b"), {"fan": (0, 1)})
    folder = tmp_path_factory.mktemp("models") / "1"
    write_saved_model(make_detector(config, label_map), folder)
    return folder


@pytest.fixture(scope="module")
def model(folder):
    return tf.saved_model.load(folder)


def make_inputs(signature, num_clips, num_machines, num_rates):
    noise = np.random.default_rng(0).normal(0.0, 0.1, (num_clips, 16_000))
    inputs = {
        "waveform": tf.constant(noise, tf.float32),
        "wav_bytes": tf.fill([num_clips], b"no sound"),
        "machine": tf.fill([num_machines], b"fan/a"),
        "false_alarm_rate": tf.fill([num_rates], 0.1),
    }
    names = {
        "serving_default": ["waveform", "machine"],
        "decide": ["waveform", "machine", "false_alarm_rate"],
        "score_wav": ["wav_bytes", "machine"],
        "embed": ["waveform"],
    }
    return {name: inputs[name] for name in names[signature]}


SIGNATURES = ("serving_default", "decide", "score_wav", "embed")


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_batch_without_a_row_is_refused(model, signature):
    with pytest.raises(tf.errors.InvalidArgumentError, match="at least one"):
        model.signatures[signature](**make_inputs(signature, 0, 0, 0))


@pytest.mark.parametrize(
    ("signature", "rows"),
    [
        ("serving_default", (3, 1, 0)),
        ("serving_default", (1, 3, 0)),
        ("decide", (3, 1, 3)),
        ("decide", (3, 3, 1)),
        ("decide", (1, 1, 3)),
        ("score_wav", (3, 1, 0)),
        ("score_wav", (1, 3, 0)),
    ],
)
def test_inputs_of_unequal_numbers_of_rows_are_refused(model, signature, rows):
    with pytest.raises(tf.errors.InvalidArgumentError, match="same number"):
        model.signatures[signature](**make_inputs(signature, *rows))


@pytest.mark.parametrize("signature", SIGNATURES)
def test_as_many_rows_come_back(model, signature):
    outputs = model.signatures[signature](**make_inputs(signature, 2, 2, 2))
    assert {len(value) for value in outputs.values()} == {2}


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_request_of_too_many_clips_is_refused(model, signature):
    inputs = make_inputs(signature, MAX_CLIPS + 1, MAX_CLIPS + 1, MAX_CLIPS + 1)
    with pytest.raises(tf.errors.InvalidArgumentError, match="at most 64 rows"):
        model.signatures[signature](**inputs)


def test_a_request_of_too_much_sound_is_refused(model):
    machine = tf.fill([7], b"fan/a")
    waveform = tf.zeros((7, 600 * 16_000))
    with pytest.raises(tf.errors.InvalidArgumentError, match="at most 3600 s"):
        model.signatures["serving_default"](waveform=waveform, machine=machine)
    wav_bytes = tf.fill([7], bytes(4 * 600 * 16_000))
    with pytest.raises(tf.errors.InvalidArgumentError, match="at most 3600 s"):
        model.signatures["score_wav"](wav_bytes=wav_bytes, machine=machine)


def test_clips_that_go_one_by_one_are_scored_as_together(model):
    inputs = make_inputs("decide", 3, 3, 3)
    inputs["machine"] = tf.fill([3], b"fan")
    expected = model.signatures["decide"](**inputs)
    long = {**inputs, "waveform": tf.tile(inputs["waveform"], [1, 201])}
    outputs = model.signatures["decide"](**long)
    # The same second again and again has the same score.
    for name in ("anomaly_score", "embedding"):
        assert np.isfinite(outputs[name]).all()
        # Of an embedding, single numbers may be next to zero.
        size = np.abs(expected[name]).max()
        np.testing.assert_allclose(
            outputs[name], expected[name], rtol=1e-3, atol=1e-4 * size
        )
    assert outputs["problem"].numpy().tolist() == [b""] * 3


def test_the_documented_layer_of_keras_scores_like_the_signature(folder):
    path = pathlib.Path(__file__).parents[3] / "saved_models" / "README.md"
    text = path.read_text(encoding="utf-8")
    (block,) = re.findall(r"^```py\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    names = {"keras": keras, "tf": tf, "print": lambda *words: None}
    names["waveform"] = make_inputs("embed", 2, 0, 0)["waveform"].numpy()
    exec(block.replace("saved_models/NAME/1", str(folder)), names)
    expected = tf.saved_model.load(folder).signatures["serving_default"](
        waveform=tf.constant(names["waveform"]), machine=tf.fill([2], b"fan")
    )
    assert np.isfinite(expected["anomaly_score"]).all()
    for name, value in expected.items():
        np.testing.assert_array_equal(names["outputs"][name], value)
