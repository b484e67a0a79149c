"""Exports of detectors whose embedder is a plain Keras model."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_asd.layers import ClassCosine
from keras_asd.models import AnomalyDetector
from pipelines.exporting.saved_model import write_saved_model

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
