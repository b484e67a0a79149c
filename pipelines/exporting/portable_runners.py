"""ONNX and LiteRT models opened for use."""

import importlib
import os
import pathlib
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

# From waveforms `(batch, n)` and keys `(batch,)` to the outputs, by name.
Form = Callable[[np.ndarray, np.ndarray], dict[str, np.ndarray]]
SIGNATURE = "serving_default"


def import_package(name: str) -> Any:
    """A package that ONNX needs.

    Args:
        name: `onnx`, `tf2onnx` or `onnxruntime`.

    Raises:
        ValueError: If it is not installed.

    >>> import_package("no_such_package")
    Traceback (most recent call last):
    ValueError: ONNX needs packages of its own. Received: no no_such_package...
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ValueError(
            f"ONNX needs packages of its own. Received: no {name} here. "
            'Install the extra with `pip install "keras-asd[onnx]"`.'
        ) from error


def check_onnx() -> None:
    """Refuses to begin where ONNX cannot be written and opened.

    Raises:
        ValueError: If a package is not installed.

    >>> check_onnx()
    """
    for name in ("onnx", "tf2onnx", "onnxruntime"):
        import_package(name)


def open_onnx(path: str | os.PathLike) -> Form:
    """Opens an ONNX model with ONNX Runtime, on the processor.

    Args:
        path: Of the file.

    Raises:
        FileNotFoundError: If it is not there.
        ValueError: Without ONNX Runtime.

    >>> open_onnx("no_such_model.onnx")
    Traceback (most recent call last):
    FileNotFoundError: There must be an exported form. Received: ...
    """
    onnxruntime = import_package("onnxruntime")
    session = onnxruntime.InferenceSession(
        _existing(path), providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]

    def score(waveform, key):
        values = session.run(None, make_inputs(waveform, key))
        return dict(zip(names, values, strict=True))

    return score


def open_litert(path: str | os.PathLike) -> Form:
    """Opens a LiteRT model with TensorFlow Lite's interpreter.

    Args:
        path: Of the file.

    Raises:
        FileNotFoundError: If it is not there.

    >>> open_litert("no_such_model.tflite")
    Traceback (most recent call last):
    FileNotFoundError: There must be an exported form. Received: ...
    """
    with warnings.catch_warnings():
        # Newer TensorFlows point to the interpreter's own package.
        warnings.filterwarnings("ignore", ".*tf.lite.Interpreter is deprecated")
        interpreter = tf.lite.Interpreter(
            _existing(path), num_threads=os.cpu_count()
        )
    run = interpreter.get_signature_runner(SIGNATURE)
    return lambda waveform, key: run(**make_inputs(waveform, key))


def make_inputs(waveform: Any, key: Any) -> dict[str, np.ndarray]:
    """The inputs of either form, of the types that they have.

    >>> sorted(make_inputs([[0.0]], [0]))
    ['key', 'waveform']
    """
    return {
        "waveform": np.asarray(waveform, "float32"),
        "key": np.asarray(key, "int32"),
    }


def _existing(path: str | os.PathLike) -> str:
    if not pathlib.Path(path).is_file():
        raise FileNotFoundError(
            f"There must be an exported form. Received: {os.fspath(path)}, "
            "which is none. Export it with `keras-asd export --also`."
        )
    return os.fspath(path)
