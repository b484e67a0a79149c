"""ONNX and LiteRT: a detector in a file that runs without TensorFlow."""

import logging
import os
import pathlib
import tempfile
import warnings
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from keras_asd.models import AnomalyDetector
from keras_asd.models import portable
from pipelines.exporting.quantization import quantize

OUTPUTS = ("anomaly_score", "p_value", "decision", "valid", "embedding")
# From waveforms `(batch, n)` and keys `(batch,)` to the outputs, by name.
Form = Callable[[np.ndarray, np.ndarray], dict[str, np.ndarray]]
SIGNATURE = "serving_default"
# Of ONNX's operations: the newest that all ONNX Runtimes since 1.12 know.
OPSET = 17
EXTRA = 'Install the extra with `pip install "keras-asd[onnx]"`.'


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
        ImportError: Without tf2onnx.
        ValueError: If the detector has an operation that ONNX does not have.
    """
    try:
        import onnx
        import tf2onnx
    except ImportError as error:
        raise ImportError(
            f"A detector is written as ONNX by tf2onnx. {EXTRA}"
        ) from error
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


def open_onnx(path: str | os.PathLike) -> Form:
    """Opens an ONNX model with ONNX Runtime, on the processor.

    Raises:
        ImportError: Without ONNX Runtime.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise ImportError(
            f"An ONNX model is opened by ONNX Runtime. {EXTRA}"
        ) from error
    session = onnxruntime.InferenceSession(
        os.fspath(path), providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]

    def score(waveform, key):
        values = session.run(None, _make_inputs(waveform, key))
        return dict(zip(names, values, strict=True))

    return score


def write_litert(detector: AnomalyDetector, path: str | os.PathLike) -> None:
    """Writes a detector as a LiteRT (TensorFlow Lite) model.

    Inputs and outputs are those of `write_onnx`, of any batch size and
    length, in the signature `serving_default`. It needs built-in operations
    alone.

    Args:
        detector: On the TensorFlow backend.
        path: Of the file.
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
            such as `StatisticsEmbedder`.
    """
    if not len(waveforms):
        raise ValueError(
            "`waveforms` must hold clips to take the ranges from. Received: "
            "none. Give some tens of normal clips."
        )

    def examples() -> Iterator[tuple[str, dict[str, np.ndarray]]]:
        for waveform in waveforms:
            yield SIGNATURE, _make_inputs(waveform[None], [0])

    with tempfile.TemporaryDirectory() as folder:
        converter = _make_converter(detector, folder)
        model = quantize(converter, examples, _network_names(detector))
    pathlib.Path(path).write_bytes(model)


def open_litert(path: str | os.PathLike) -> Form:
    """Opens a LiteRT model with TensorFlow Lite's interpreter."""
    with warnings.catch_warnings():
        # Newer TensorFlows point to the interpreter's own package.
        warnings.filterwarnings("ignore", ".*tf.lite.Interpreter is deprecated")
        interpreter = tf.lite.Interpreter(
            os.fspath(path), num_threads=os.cpu_count()
        )
    run = interpreter.get_signature_runner(SIGNATURE)
    return lambda waveform, key: run(**_make_inputs(waveform, key))


def _network_names(detector: AnomalyDetector) -> list[str]:
    """Names of the layers between front-end and embedding."""
    embedder = detector.embedder
    if hasattr(embedder, "networks"):
        return [network.name for network in embedder.networks.values()]
    return [embedder.backbone.name] if hasattr(embedder, "backbone") else []


def _make_inputs(waveform, key) -> dict[str, np.ndarray]:
    return {
        "waveform": np.asarray(waveform, "float32"),
        "key": np.asarray(key, "int32"),
    }


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
