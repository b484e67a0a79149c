"""ONNX form: written with tf2onnx, run by ONNX Runtime."""

import importlib
import logging
import os
import pathlib
from typing import TYPE_CHECKING
from typing import Any

from pipelines.exporting.export_form import ExportForm
from pipelines.exporting.export_form import Runner
from pipelines.exporting.portable_function import existing_file
from pipelines.exporting.portable_function import make_inputs
from pipelines.exporting.portable_function import trace_portable

if TYPE_CHECKING:
    from keras_asd.models import AnomalyDetector

# The newest version of ONNX's operations that all ONNX Runtimes since 1.12
# know.
OPSET = 17
PACKAGES = ("onnx", "tf2onnx", "onnxruntime")


def check_onnx() -> None:
    """Refuses to begin where ONNX cannot be written and opened.

    Raises:
        ValueError: If a package is not installed.
    """
    for name in PACKAGES:
        _import_package(name)


def _import_package(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ValueError(
            f"ONNX needs packages of its own. Received: no {name} here. "
            'Install the extra with `pip install "keras-asd[onnx]"`.'
        ) from error


def write_onnx(detector: "AnomalyDetector", path: str | os.PathLike) -> None:
    """Writes a detector as an ONNX model of standard operations.

    It takes `waveform`, float32 `(batch, samples)` of any length in [-1, 1],
    and `key`, int32 `(batch,)`, indices of machines in `detector.keys`; it
    gives `anomaly_score`, `p_value`, `decision`, `valid`, `problem` (the index
    of the reason) and `embedding` as `AnomalyDetector` does.

    Args:
        detector: Detector on the TensorFlow backend.
        path: File to write.

    Raises:
        ValueError: Without the packages, or if the detector has an operation
            that ONNX does not have.
    """
    # An ONNX model is opened without Keras.
    from keras_asd.models import portable

    onnx, tf2onnx = _import_package("onnx"), _import_package("tf2onnx")
    # A pattern that it fails to simplify is no error of the model.
    logging.getLogger("tf2onnx").setLevel(logging.CRITICAL)
    serve = trace_portable(portable(detector))
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


def open_onnx(
    path: str | os.PathLike, num_threads: int | None = None
) -> Runner:
    """Opens an ONNX model with ONNX Runtime, on the processor.

    Args:
        path: File of the model.
        num_threads: Threads of ONNX Runtime; one a core if `None`.

    Raises:
        FileNotFoundError: If it is not there.
        ValueError: Without ONNX Runtime.
    """
    onnxruntime = _import_package("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = num_threads or 0
    session = onnxruntime.InferenceSession(
        existing_file(path), options, providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]

    def run(waveform, key):
        values = session.run(None, make_inputs(waveform, key))
        return dict(zip(names, values, strict=True))

    return run


FORM = ExportForm(
    "onnx",
    "model.onnx",
    write_onnx,
    open_onnx,
    runtime="onnxruntime",
    check_packages=check_onnx,
)
