"""ONNX and LiteRT: a detector in a file that runs without TensorFlow."""

import logging
import os
import pathlib
import tempfile
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_asd.models import AnomalyDetector
from keras_asd.models import JoinedEmbedder
from keras_asd.models import portable
from pipelines.exporting.portable_runners import SIGNATURE
from pipelines.exporting.portable_runners import import_package
from pipelines.exporting.portable_runners import make_inputs
from pipelines.exporting.quantization import quantize

OUTPUTS = ("anomaly_score", "p_value", "decision", "valid", "embedding")
# Of ONNX's operations: the newest that all ONNX Runtimes since 1.12 know.
OPSET = 17


def write_onnx(detector: AnomalyDetector, path: str | os.PathLike) -> None:
    """Writes a detector as an ONNX model of standard operations.

    It takes `waveform`, float32 `(batch, samples)` of any length in [-1, 1],
    and `key`, int32 `(batch,)`, places of machines in `detector.keys`; it
    gives `anomaly_score`, `p_value`, `decision`, `valid` and `embedding` as
    `AnomalyDetector` does.

    Args:
        detector: On the TensorFlow backend.
        path: Of the file.

    Raises:
        ValueError: Without the packages, or if the detector has an operation
            that ONNX does not have.

    >>> from pipelines.training.assembly import make_detector
    >>> from pipelines.settings.config import Config
    >>> from pipelines.runs.labels import LabelMap
    >>> config = Config(clip_seconds=0.5, width=0.125, num_mel_bins=16)
    >>> label_map = LabelMap(("fan", "pump"), {"fan": (0,), "pump": (1,)})
    >>> path = pathlib.Path(tempfile.mkdtemp(), "model")
    >>> write_onnx(make_detector(config, label_map), path)
    >>> path.stat().st_size > 100_000
    True
    """
    onnx, tf2onnx = import_package("onnx"), import_package("tf2onnx")
    # A pattern that it fails to simplify is no error of the model.
    logging.getLogger("tf2onnx").setLevel(logging.CRITICAL)
    serve = _make_function(portable(detector))
    model, _ = tf2onnx.convert.from_function(
        serve, input_signature=serve.input_signature, opset=OPSET
    )
    try:
        onnx.checker.check_model(model)
    except onnx.checker.ValidationError as error:
        raise ValueError(
            "A detector must consist of operations that ONNX has. Received: "
            f"{str(error).strip()}"
        ) from error
    pathlib.Path(path).write_bytes(model.SerializeToString())


def write_litert(detector: AnomalyDetector, path: str | os.PathLike) -> None:
    """Writes a detector as a LiteRT (TensorFlow Lite) model.

    Inputs and outputs are those of `write_onnx`, of any batch size and
    length, in the signature `serving_default`. It needs built-in operations
    alone.

    Args:
        detector: On the TensorFlow backend.
        path: Of the file.

    >>> from pipelines.training.assembly import make_detector
    >>> from pipelines.settings.config import Config
    >>> from pipelines.runs.labels import LabelMap
    >>> config = Config(clip_seconds=0.5, width=0.125, num_mel_bins=16)
    >>> label_map = LabelMap(("fan", "pump"), {"fan": (0,), "pump": (1,)})
    >>> path = pathlib.Path(tempfile.mkdtemp(), "model")
    >>> write_litert(make_detector(config, label_map), path)
    >>> path.stat().st_size > 100_000
    True
    """
    with tempfile.TemporaryDirectory() as folder:
        model = _make_converter(detector, folder).convert()
    pathlib.Path(path).write_bytes(model)


def write_litert_int8(
    detector: AnomalyDetector,
    path: str | os.PathLike,
    waveforms: Sequence[np.ndarray],
) -> None:
    """Writes a detector as a LiteRT model with a network of 8-bit integers.

    The network's layers between the first and the last compute in int8;
    these two, the front-end before and head, scorer and calibration behind
    them in float32. Inputs and outputs are those of `write_litert`.

    Args:
        detector: On the TensorFlow backend.
        path: Of the file.
        waveforms: Some tens of normal clips, `(n,)` each: the network's
            ranges are taken from them.

    Raises:
        ValueError: Without a clip, or for an embedder without a network,
            such as `StatisticsEmbedder`, or with several.

    >>> write_litert_int8(None, "model_int8.tflite", [])
    Traceback (most recent call last):
    ValueError: `waveforms` must hold clips to take the ranges from. ...
    """
    if not len(waveforms):
        raise ValueError(
            "`waveforms` must hold clips to take the ranges from. Received: "
            "none. Give some tens of normal clips."
        )

    def examples() -> Iterator[tuple[str, dict[str, np.ndarray]]]:
        for waveform in waveforms:
            yield SIGNATURE, make_inputs(waveform[None], [0])

    with tempfile.TemporaryDirectory() as folder:
        converter = _make_converter(detector, folder)
        model = quantize(converter, examples, _network_names(detector.embedder))
    pathlib.Path(path).write_bytes(model)


def _network_names(embedder: keras.Model) -> list[str]:
    """Names of the layers between front-end and embedding."""
    if isinstance(embedder, JoinedEmbedder):
        found = [
            own for one in embedder.embedders if (own := _network_names(one))
        ]
        # Operations of several networks could not be told apart by name.
        return found[0] if len(found) == 1 else []
    if hasattr(embedder, "networks"):
        return [network.name for network in embedder.networks.values()]
    return [embedder.backbone.name] if hasattr(embedder, "backbone") else []


def _make_function(detector: AnomalyDetector) -> Any:
    """The detector as a traced function of the exported inputs."""

    def serve(waveform, key):
        outputs = detector({"waveform": waveform, "key": key})
        return {name: outputs[name] for name in OUTPUTS}

    signature = [
        tf.TensorSpec([None, None], tf.float32, name="waveform"),
        tf.TensorSpec([None], tf.int32, name="key"),
    ]
    return tf.function(serve, input_signature=signature, jit_compile=False)


def _make_converter(
    detector: AnomalyDetector, folder: str
) -> tf.lite.TFLiteConverter:
    """A converter for a SavedModel that is written into `folder`."""
    detector = portable(detector)
    module = tf.Module()
    module.serve = _make_function(detector)
    module.weights = [variable.value for variable in detector.variables]
    signatures = {SIGNATURE: module.serve.get_concrete_function()}
    tf.saved_model.save(module, folder, signatures=signatures)
    return tf.lite.TFLiteConverter.from_saved_model(
        folder, signature_keys=[SIGNATURE]
    )
