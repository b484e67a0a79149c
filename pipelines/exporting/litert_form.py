"""LiteRT (TensorFlow Lite) form in float32."""

import os
import pathlib
import tempfile
import warnings
from typing import TYPE_CHECKING

from pipelines.exporting.export_form import ExportForm
from pipelines.exporting.export_form import Runner
from pipelines.exporting.portable_function import existing_file
from pipelines.exporting.portable_function import make_inputs
from pipelines.exporting.portable_function import trace_portable

if TYPE_CHECKING:
    import tensorflow as tf

    from keras_asd.models import AnomalyDetector

SIGNATURE = "serving_default"


def make_converter(
    detector: "AnomalyDetector", folder: str
) -> "tf.lite.TFLiteConverter":
    """Returns a converter of a detector that is written as a SavedModel.

    Args:
        detector: Detector on the TensorFlow backend.
        folder: Folder for the SavedModel, until the conversion has ended.
    """
    # The record of the form is read without Keras.
    import tensorflow as tf

    from keras_asd.models import portable

    detector = portable(detector)
    module = tf.Module()
    module.serve = trace_portable(detector)
    module.weights = [variable.value for variable in detector.variables]
    signatures = {SIGNATURE: module.serve.get_concrete_function()}
    tf.saved_model.save(module, folder, signatures=signatures)
    return tf.lite.TFLiteConverter.from_saved_model(
        folder, signature_keys=[SIGNATURE]
    )


def write_litert(detector: "AnomalyDetector", path: str | os.PathLike) -> None:
    """Writes a detector as a LiteRT model of built-in operations.

    Inputs and outputs are those of `write_onnx`, of any batch size and
    length, in the signature `serving_default`.

    Args:
        detector: Detector on the TensorFlow backend.
        path: File to write.
    """
    with tempfile.TemporaryDirectory() as folder:
        model = make_converter(detector, folder).convert()
    pathlib.Path(path).write_bytes(model)


def open_litert(
    path: str | os.PathLike, num_threads: int | None = None
) -> Runner:
    """Opens a LiteRT model with TensorFlow Lite's interpreter.

    Args:
        path: File of the model.
        num_threads: Threads of the interpreter; one a core if `None`.

    Raises:
        FileNotFoundError: If it is not there.
    """
    import tensorflow as tf

    with warnings.catch_warnings():
        # Newer TensorFlows point to the interpreter's own package.
        warnings.filterwarnings("ignore", ".*tf.lite.Interpreter is deprecated")
        interpreter = tf.lite.Interpreter(
            existing_file(path), num_threads=num_threads or os.cpu_count()
        )
    run = interpreter.get_signature_runner(SIGNATURE)
    return lambda waveform, key: run(**make_inputs(waveform, key))


FORM = ExportForm("litert", "model.tflite", write_litert, open_litert)
