"""The forms of an exported detector: written, and opened for use."""

import os
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from keras_asd.models import AnomalyDetector
from keras_asd.models import fold
from pipelines.exporting.acceptance import Form
from pipelines.exporting.portable_forms import write_litert
from pipelines.exporting.portable_forms import write_litert_int8
from pipelines.exporting.portable_forms import write_onnx
from pipelines.exporting.portable_runners import check_onnx
from pipelines.exporting.portable_runners import open_litert
from pipelines.exporting.portable_runners import open_onnx
from pipelines.exporting.saved_model import write_saved_model
from pipelines.exporting.windows_one_by_one import one_by_one

# Beside the SavedModel, by the names of their files.
FORMS = {
    "onnx": "model.onnx",
    "litert": "model.tflite",
    "litert_int8": "model_int8.tflite",
}


def check_form(name: str) -> None:
    """Refuses a form that could not be written beside the SavedModel.

    Args:
        name: One of `FORMS`.

    Raises:
        ValueError: If there is no such form, or what writes or opens it is
            not installed.

    >>> check_form("litert")
    >>> check_form("torch")
    Traceback (most recent call last):
    ValueError: `also` must name some of onnx, litert, litert_int8. ...
    """
    if name not in FORMS:
        raise ValueError(
            f"`also` must name some of {', '.join(FORMS)}. Received: {name!r}."
        )
    if name == "onnx":
        check_onnx()


def write_form(
    name: str,
    detector: AnomalyDetector,
    folder: pathlib.Path,
    contract: dict[str, Any],
    clips: Sequence[np.ndarray],
) -> Form:
    """Writes one form into the folder of a version, and opens it.

    Args:
        name: `saved_model` or one of `FORMS`.
        detector: The detector.
        folder: Of the version.
        contract: What `make_contract` gives.
        clips: Some real waveforms, which `litert_int8` takes its ranges
            from.

    >>> import tempfile
    >>> from pipelines.training.assembly import make_detector
    >>> from pipelines.settings.config import Config
    >>> from pipelines.runs.labels import LabelMap
    >>> config = Config(clip_seconds=0.5, width=0.125, num_mel_bins=16)
    >>> label_map = LabelMap(("fan", "pump"), {"fan": (0,), "pump": (1,)})
    >>> detector = make_detector(config, label_map)
    >>> contract = {"machines": ["fan", "pump"], "recording_channel": "mean"}
    >>> folder = pathlib.Path(tempfile.mkdtemp(), "1")
    >>> form = write_form("saved_model", detector, folder, contract, [])
    >>> waveform = np.zeros((2, 8_000), "float32")
    >>> form(waveform, np.int32([0, 1]))["valid"].tolist()
    [False, False]
    """
    folded = fold(detector)
    if name == "saved_model":
        write_saved_model(
            one_by_one(folded), folder, contract["recording_channel"]
        )
        return open_saved_model(folder, contract["machines"])
    path = folder / FORMS[name]
    if name == "onnx":
        write_onnx(folded, path)
        return open_onnx(path)
    if name == "litert":
        write_litert(folded, path)
    else:
        write_litert_int8(folded, path, clips)
    return open_litert(path)


def open_detector(detector: AnomalyDetector) -> Form:
    """The detector itself as a form.

    >>> from pipelines.training.assembly import make_detector
    >>> from pipelines.settings.config import Config
    >>> from pipelines.runs.labels import LabelMap
    >>> config = Config(clip_seconds=0.5, width=0.125, num_mel_bins=16)
    >>> label_map = LabelMap(("fan", "pump"), {"fan": (0,), "pump": (1,)})
    >>> detector = make_detector(config, label_map)
    >>> waveform = np.zeros((2, 8_000), "float32")
    >>> open_detector(detector)(waveform, np.int32([0, 1]))["valid"].tolist()
    [False, False]
    """

    def score(waveform, key):
        inputs = {"waveform": waveform, "key": key}
        outputs = detector.predict_on_batch(inputs)
        return {name: np.asarray(value) for name, value in outputs.items()}

    return score


def open_saved_model(folder: pathlib.Path, machines: Sequence[str]) -> Form:
    """An exported SavedModel as a form.

    Args:
        folder: Of the version.
        machines: Its keys, in order.

    >>> import tempfile
    >>> from pipelines.training.assembly import make_detector
    >>> from pipelines.settings.config import Config
    >>> from pipelines.runs.labels import LabelMap
    >>> config = Config(clip_seconds=0.5, width=0.125, num_mel_bins=16)
    >>> label_map = LabelMap(("fan", "pump"), {"fan": (0,), "pump": (1,)})
    >>> detector = make_detector(config, label_map)
    >>> folder = pathlib.Path(tempfile.mkdtemp(), "1")
    >>> write_saved_model(detector, folder)
    >>> form = open_saved_model(folder, ["fan", "pump"])
    >>> waveform = np.zeros((2, 8_000), "float32")
    >>> form(waveform, np.int32([0, 1]))["valid"].tolist()
    [False, False]
    """
    loaded = tf.saved_model.load(folder)
    names = [os.fsencode(machine) for machine in machines]

    def score(waveform, key):
        # Not kept by itself: it lives no longer than what it came with.
        serve = loaded.signatures["serving_default"]
        chosen = [names[place] if place >= 0 else b"?" for place in key]
        outputs = serve(
            waveform=tf.constant(waveform), machine=tf.constant(chosen)
        )
        return {name: value.numpy() for name, value in outputs.items()}

    return score
