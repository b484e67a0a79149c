import numpy as np
import pytest
import tensorflow as tf

from pipelines.exporting import windows_one_by_one as module
from pipelines.exporting.frozen_function import freeze
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
