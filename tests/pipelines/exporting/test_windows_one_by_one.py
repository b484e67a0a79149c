import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from keras_asd.layers import ClassCosine
from keras_asd.models import AnomalyDetector
from pipelines.exporting import windows_one_by_one as module
from pipelines.exporting.contract import make_bare_contract
from pipelines.exporting.frozen_function import freeze
from pipelines.exporting.request_limits import run_in_bounds
from pipelines.exporting.saved_model import saved_model_form
from pipelines.exporting.windows_one_by_one import one_by_one
from pipelines.runs.labels import LabelMap
from pipelines.settings.config import Config
from pipelines.settings.embedders import MobileFaceNet
from pipelines.settings.front_ends import LogMel
from pipelines.training.assembly import make_detector

SAMPLES = 4096


@pytest.fixture(scope="module")
def detector():
    config = Config(
        embedder=MobileFaceNet(front_end=LogMel(num_mel_bins=16), width=0.125),
        clip_seconds=SAMPLES / 16_000,
    )
    label_map = LabelMap(("fan/a", "fan/b"), {"fan/a": (0,), "fan": (0, 1)})
    return make_detector(config, label_map)


@pytest.fixture
def looped(detector, monkeypatch):
    monkeypatch.setattr(module, "LEAST_SAMPLES", SAMPLES)
    looped = one_by_one(detector)
    assert looped is not detector
    return looped


def run(detector, waveform, key):
    inputs = {"waveform": waveform, "key": np.array(key, "int32")}
    outputs = tf.function(detector, autograph=False)(inputs)
    return {name: value.numpy() for name, value in outputs.items()}


@pytest.mark.parametrize("samples", [1000, SAMPLES, 3 * SAMPLES + 5])
def test_it_gives_what_the_detector_gives(detector, looped, samples):
    generator = np.random.default_rng(0)
    waveform = generator.normal(0.0, 0.1, (3, samples)).astype("float32")
    expected = run(detector, waveform, [0, 1, 5])
    outputs = run(looped, waveform, [0, 1, 5])
    for name, values in expected.items():
        np.testing.assert_allclose(outputs[name], values, rtol=1e-4, atol=1e-5)


def test_it_freezes_with_a_free_batch_also_an_empty_one(looped):
    frozen = freeze(
        lambda waveform, key: looped({"waveform": waveform, "key": key}),
        tf.TensorSpec([None, None], tf.float32),
        tf.TensorSpec([None], tf.int32),
    )
    for batch in (2, 0):
        outputs = frozen(tf.zeros((batch, SAMPLES)), tf.zeros(batch, tf.int32))
        shape = outputs["embedding"].shape
        assert shape == (batch, looped.embedder.embedding_dim)


def test_short_windows_stay_together(detector):
    assert one_by_one(detector) is detector


class CountsRows(keras.layers.Layer):
    """Gives how many waveforms it was given at once."""

    def call(self, waveform):
        rows = ops.shape(waveform)[0]
        return ops.zeros((rows, 2)) + ops.cast(rows, "float32")

    def compute_output_shape(self, input_shape):
        return (input_shape[0], 2)


def test_a_saved_model_takes_the_windows_of_a_long_clip_one_by_one(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(module, "LEAST_SAMPLES", SAMPLES)
    waveform = keras.Input((SAMPLES,))
    embedder = keras.Model(waveform, CountsRows()(waveform))
    head, keys = ClassCosine(2), {"fan": [0]}
    counting = AnomalyDetector(embedder, head, None, keys, sampling_rate=16_000)
    form = saved_model_form(make_bare_contract(counting))
    serve = form.write_and_open(tmp_path / "1", counting)
    clips = np.zeros((2, 3 * SAMPLES), "float32")
    embedding = serve(clips, np.zeros(2, "int32"))["embedding"]
    np.testing.assert_array_equal(embedding, 1)


@pytest.mark.parametrize(("length", "rows"), [(2_000, 3), (2_001, 1)])
def test_clips_longer_than_one_may_be_go_one_by_one(length, rows):
    def count(clips):
        num_clips = tf.shape(clips)[0]
        return {"rows": tf.fill([num_clips], num_clips)}

    count = tf.function(count, [tf.TensorSpec([None, None], tf.float32)])
    # At 10 Hz, 6,000 samples last 600 s.
    outputs = run_in_bounds(count, (tf.zeros((3, length)),), 100, 10)
    assert outputs["rows"].numpy().tolist() == [rows] * 3
