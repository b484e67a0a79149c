"""Makers of the forms that `benchmarks.inference_forms` compares."""

import dataclasses
import functools
import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np

from pipelines.benchmarking.machine import processor_flags

# What processors have that compute in bfloat16.
BFLOAT16 = frozenset({"amx_bf16", "avx512_bf16"})


@dataclasses.dataclass(frozen=True)
class Subject:
    """A detector whose forms are made.

    Args:
        detector: The detector.
        folder: Where exported files are, and are left for other processes.
        waveform: Normal clips `(clips, samples)`, for number ranges.
    """

    detector: Any
    folder: pathlib.Path
    waveform: np.ndarray


def _plain(subject: Subject) -> Callable:
    return _as_form(_function(subject.detector))


def _folded(subject: Subject) -> Callable:
    from keras_asd.models import fold

    return _as_form(_function(fold(subject.detector)))


def _frozen(subject: Subject) -> Callable:
    from keras_asd.models import fold

    return _freeze(fold(subject.detector))


def _clip_by_clip(subject: Subject) -> Callable:
    from keras_asd.models import fold
    from pipelines.exporting.windows_one_by_one import one_by_one

    return _freeze(one_by_one(fold(subject.detector)))


def _freeze(detector) -> Callable:
    from pipelines.exporting.frozen_function import freeze

    function = _function(detector)
    return _as_form(freeze(function.python_function, *function.input_signature))


def _saved_model(subject: Subject) -> Callable:
    import tensorflow as tf

    from keras_asd.models import fold
    from pipelines.exporting.saved_model import write_saved_model
    from pipelines.exporting.windows_one_by_one import one_by_one

    path = subject.folder / "saved_model"
    if not path.exists():
        write_saved_model(one_by_one(fold(subject.detector)), path)
    loaded = tf.saved_model.load(path)
    machines = np.array([name.encode() for name in subject.detector.keys])

    def score(waveform, key):
        # Not kept by itself: it lives no longer than what it came with.
        serve = loaded.signatures["serving_default"]
        machine = tf.constant(machines[key])
        outputs = serve(waveform=tf.constant(waveform), machine=machine)
        return outputs["anomaly_score"].numpy()

    return score


def _portable(name: str, subject: Subject) -> Callable:
    from keras_asd.models import fold
    from pipelines.exporting.export_form import load_forms

    [form] = load_forms([name])
    run = form.write_and_open(
        subject.folder, fold(subject.detector), list(subject.waveform)
    )
    return lambda waveform, key: run(waveform, key)["anomaly_score"]


def _bfloat16(subject: Subject) -> Callable:
    from pipelines.exporting.openvino_form import FORM
    from pipelines.exporting.openvino_form import open_openvino

    if not BFLOAT16 & {*processor_flags()}:
        raise ValueError(f"needs one of {', '.join(sorted(BFLOAT16))}")
    _portable("openvino", subject)
    run = open_openvino(subject.folder / FORM.file, precision="bf16")
    return lambda waveform, key: run(waveform, key)["anomaly_score"]


def _function(detector) -> Any:
    import tensorflow as tf

    from pipelines.exporting.saved_model import OUTPUTS

    def serve(waveform, key):
        outputs = detector({"waveform": waveform, "key": key})
        return {name: outputs[name] for name in OUTPUTS}

    signature = [
        tf.TensorSpec([None, None], tf.float32, name="waveform"),
        tf.TensorSpec([None], tf.int32, name="key"),
    ]
    return tf.function(
        serve, input_signature=signature, autograph=False, jit_compile=False
    )


def _as_form(function) -> Callable:
    return lambda waveform, key: function(waveform, key)[
        "anomaly_score"
    ].numpy()


MAKERS: dict[str, Callable[[Subject], Callable]] = {
    "un-folded": _plain,
    "folded": _folded,
    "folded, frozen": _frozen,
    "folded, frozen, one by one": _clip_by_clip,
    "SavedModel": _saved_model,
    "ONNX Runtime": functools.partial(_portable, "onnx"),
    "OpenVINO": functools.partial(_portable, "openvino"),
    "OpenVINO, bf16": _bfloat16,
    "OpenVINO, int8": functools.partial(_portable, "openvino_int8"),
    "LiteRT": functools.partial(_portable, "litert"),
    "LiteRT, int8": functools.partial(_portable, "litert_int8"),
}
# The files of the forms that are written.
FILES = {
    "SavedModel": "saved_model/**/*",
    "ONNX Runtime": "model.onnx",
    "OpenVINO": "model_openvino.*",
    "OpenVINO, bf16": "model_openvino.*",
    "OpenVINO, int8": "model_openvino_int8.*",
    "LiteRT": "model.tflite",
    "LiteRT, int8": "model_int8.tflite",
}
