"""Latency of single clips through an exported SavedModel."""

import pathlib
import statistics
import tempfile

import keras
import numpy as np

from benchmarks.forms import make_untrained
from benchmarks.measurement import Measurement
from benchmarks.measurement import time_calls


def measure(is_quick: bool = False) -> list[Measurement]:
    """Measures the median and the 90th percentile of the latency."""
    if keras.backend.backend() != "tensorflow":
        note = "a SavedModel is exported on the TensorFlow backend"
        return [Measurement("single clip, SavedModel", None, "ms", note=note)]
    import tensorflow as tf

    from keras_asd.models import fold
    from pipelines.exporting.saved_model import saved_model_form

    detector = make_untrained(is_quick)
    machines = list(detector.keys)
    contract = {"machines": machines, "recording_channel": "mean"}
    with tempfile.TemporaryDirectory() as folder:
        form = saved_model_form(contract)
        form.write_and_open(pathlib.Path(folder), fold(detector))
        model = tf.saved_model.load(folder)
    serve = model.signatures["serving_default"]
    generator = np.random.default_rng(0)
    waveform = generator.uniform(-0.5, 0.5, (1, detector.samples))
    waveform = tf.constant(waveform, tf.float32)
    machine = tf.constant(machines[:1])
    milliseconds = [
        1000 * seconds
        for seconds in time_calls(
            lambda: serve(waveform=waveform, machine=machine)[
                "anomaly_score"
            ].numpy(),
            repeats=3 if is_quick else 40,
            warm_ups=1 if is_quick else 5,
        )
    ]
    seconds = detector.samples / detector.sampling_rate
    name = f"single clip of {seconds:g} s, SavedModel"
    largest = statistics.quantiles(milliseconds, n=10)[-1]
    return [
        Measurement(f"{name}, median", statistics.median(milliseconds), "ms"),
        Measurement(f"{name}, 90th percentile", largest, "ms"),
    ]
