"""Exports of detectors whose embedder is a plain Keras model."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_asd
from keras_asd.layers import ClassCosine
from keras_asd.models import AnomalyDetector
from pipelines.exporting.contract import make_bare_contract
from pipelines.exporting.manifest import verify_manifest
from pipelines.exporting.saved_model import saved_model_form
from pipelines.exporting.saved_model import write_saved_model
from pipelines.exporting.served_versions import read_served_versions
from pipelines.exporting.version_writing import write_version

SAMPLES = 256


def make_detector(**settings):
    waveform = keras.Input((SAMPLES,))
    embedder = keras.Model(waveform, keras.layers.Dense(4)(waveform))
    keys = {"fan": [0], "pump": [1]}
    return AnomalyDetector(embedder, ClassCosine(2), None, keys, **settings)


def test_the_saved_model_scores_as_the_detector(tmp_path):
    detector = make_detector(sampling_rate=8000)
    write_saved_model(detector, tmp_path / "1")
    served = tf.saved_model.load(tmp_path / "1").signatures["serving_default"]
    clips = np.random.default_rng(0).normal(0.0, 0.1, (3, 2 * SAMPLES))
    clips = clips.astype("float32")
    keys = np.array([0, 1, 1], "int32")
    expected = detector({"waveform": clips, "key": keys})
    actual = served(
        waveform=tf.constant(clips),
        machine=tf.constant(["fan", "pump", "pump"]),
    )
    for name in ("anomaly_score", "embedding"):
        np.testing.assert_allclose(
            np.array(actual[name]), np.array(expected[name]), atol=1e-5
        )


def test_an_unknown_sampling_rate_is_refused(tmp_path):
    with pytest.raises(ValueError, match="must know its sampling rate"):
        write_saved_model(make_detector(), tmp_path / "1")


def test_the_manifest_says_what_wrote_the_version(tmp_path):
    detector = make_detector(sampling_rate=8000)
    contract = make_bare_contract(detector)
    form = saved_model_form(contract)
    (tmp_path / "1").mkdir()
    write_version(tmp_path / "1", "fan", detector, contract, [form])
    assert verify_manifest(tmp_path / "1")["written_by"] == {
        "keras_asd": keras_asd.__version__,
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
    }
    assert read_served_versions(tmp_path).tensorflow == tf.__version__
