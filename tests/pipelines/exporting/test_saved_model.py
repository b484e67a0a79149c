"""Batches that the signatures of an exported model refuse."""

import numpy as np
import pytest
import tensorflow as tf

from pipelines.exporting.saved_model import write_saved_model
from pipelines.runs.labels import LabelMap
from pipelines.settings.config import Config
from pipelines.settings.embedders import MobileFaceNet
from pipelines.training.assembly import make_detector


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    config = Config(embedder=MobileFaceNet(width=0.25), clip_seconds=1.0)
    label_map = LabelMap(("fan/a", "fan/b"), {"fan": (0, 1)})
    folder = tmp_path_factory.mktemp("models") / "1"
    write_saved_model(make_detector(config, label_map), folder)
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
