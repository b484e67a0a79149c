"""OpenVINO form: an intermediate representation, run on the processor."""

import functools
import importlib
import os
import pathlib
import sys
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from pipelines.exporting.export_form import ExportForm
from pipelines.exporting.export_form import Runner
from pipelines.exporting.portable_function import existing_file
from pipelines.exporting.portable_function import make_inputs
from pipelines.exporting.portable_function import trace_portable
from pipelines.files.posix import count_cores

if TYPE_CHECKING:
    from keras_asd.models import AnomalyDetector


def check_openvino() -> Any:
    """Returns the package, without what it sends about its use.

    Raises:
        ValueError: If it is not installed.
    """
    # It reports each conversion to its maker unless this package is missing.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    try:
        return importlib.import_module("openvino")
    except ImportError as error:
        raise ValueError(
            "OpenVINO needs packages of its own. Received: no openvino here. "
            'Install the extra with `pip install "keras-asd[openvino]"`.'
        ) from error


def write_openvino(
    detector: "AnomalyDetector", path: str | os.PathLike
) -> None:
    """Writes a detector as an OpenVINO model in float32.

    Inputs and outputs are those of `write_onnx`. Transforms are matrix
    products here, too: OpenVINO's own take longer on the processor, and for
    a clip of 160,000 samples more memory than there is.

    Args:
        detector: Detector on the TensorFlow backend.
        path: File to write, `.xml`; its weights go to a `.bin` beside.

    Raises:
        ValueError: Without the package.
    """
    openvino = check_openvino()
    model = convert(detector)
    openvino.save_model(model, pathlib.Path(path), compress_to_fp16=False)


def convert(detector: "AnomalyDetector") -> Any:
    """Returns a detector as an `openvino.Model`, from its frozen graph."""
    openvino = check_openvino()
    # A model is opened without Keras.
    from keras_asd.models import portable
    from pipelines.exporting.frozen_function import freeze

    serve = trace_portable(portable(detector, has_prelu=True))
    frozen = freeze(serve.python_function, *serve.input_signature)
    return openvino.convert_model(frozen.get_concrete_function())


def open_openvino(
    path: str | os.PathLike,
    num_threads: int | None = None,
    precision: str = "f32",
) -> Runner:
    """Opens an OpenVINO model on the processor.

    A single clip gets all threads; clips of a batch are scored each in a
    thread of its own, so that what lies between two layers stays in its cache.

    Args:
        path: File of the model, `.xml`.
        num_threads: Number of threads; one a core if `None`.
        precision: `"f32"`, or `"bf16"`, which processors with avx512_bf16 or
            amx_bf16 compute faster and others do not.

    Raises:
        FileNotFoundError: If it is not there.
        ValueError: Without the package.

    >>> open_openvino("gone.xml")
    Traceback (most recent call last):
    FileNotFoundError: There must be an exported form. ...
    """
    path = existing_file(path)
    openvino = check_openvino()
    core = openvino.Core()
    model = core.read_model(path)
    names = [output.any_name for output in model.outputs]
    num_threads = num_threads or count_cores()
    hints = {
        "INFERENCE_PRECISION_HINT": precision,
        "INFERENCE_NUM_THREADS": num_threads,
    }

    # Each is compiled when it is first needed.
    @functools.cache
    def alone():
        return core.compile_model(model, "CPU", {**hints, "NUM_STREAMS": 1})

    @functools.cache
    def side_by_side():
        hints["NUM_STREAMS"] = num_threads
        return openvino.AsyncInferQueue(
            core.compile_model(model, "CPU", hints), num_threads
        )

    def run(waveform, key):
        inputs = make_inputs(waveform, key)
        if len(inputs["key"]) == 1 or num_threads == 1:
            outputs = alone()(inputs)
            return {name: outputs[name] for name in names}
        rows: list[dict] = [{} for _ in inputs["key"]]

        def keep(request, index):
            rows[index] = {
                name: request.get_tensor(name).data.copy() for name in names
            }

        queue = side_by_side()
        queue.set_callback(keep)
        for index in range(len(rows)):
            own = slice(index, index + 1)
            queue.start_async(
                {name: value[own] for name, value in inputs.items()}, index
            )
        queue.wait_all()
        return {
            name: np.concatenate([row[name] for row in rows]) for name in names
        }

    return run


FORM = ExportForm(
    "openvino",
    "model_openvino.xml",
    write_openvino,
    open_openvino,
    runtime="openvino",
    beside=("model_openvino.bin",),
    check_packages=check_openvino,
)
