"""Portable detector as a traced function, and the inputs of its forms."""

import os
import pathlib
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

if TYPE_CHECKING:
    from keras_asd.models import AnomalyDetector

OUTPUTS = (
    "anomaly_score",
    "p_value",
    "decision",
    "valid",
    "problem",
    "embedding",
)


def trace_portable(detector: "AnomalyDetector") -> Any:
    """Returns a `tf.function` of `waveform` and `key` that gives `OUTPUTS`.

    Args:
        detector: Detector that `keras_asd.models.portable` returned.
    """
    # What is below is used without TensorFlow.
    import tensorflow as tf

    def serve(waveform, key):
        outputs = detector({"waveform": waveform, "key": key})
        return {name: outputs[name] for name in OUTPUTS}

    signature = [
        tf.TensorSpec([None, None], tf.float32, name="waveform"),
        tf.TensorSpec([None], tf.int32, name="key"),
    ]
    return tf.function(serve, input_signature=signature, jit_compile=False)


def make_inputs(waveform: Any, key: Any) -> dict[str, np.ndarray]:
    """Returns the inputs of a portable form, in their types."""
    return {
        "waveform": np.asarray(waveform, "float32"),
        "key": np.asarray(key, "int32"),
    }


def existing_file(path: str | os.PathLike) -> str:
    """Returns the path of a form that is there.

    Raises:
        FileNotFoundError: If it is not.
    """
    if not pathlib.Path(path).is_file():
        raise FileNotFoundError(
            f"There must be an exported form. Received: {os.fspath(path)}, "
            "which is none. Export it with `keras-asd export --also`."
        )
    return os.fspath(path)
