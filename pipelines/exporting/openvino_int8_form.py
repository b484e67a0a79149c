"""OpenVINO form whose network computes in 8-bit integers, by NNCF."""

import contextlib
import importlib
import io
import logging
import math
import os
import pathlib
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from pipelines.exporting.export_form import ExportForm
from pipelines.exporting.openvino_form import check_openvino
from pipelines.exporting.openvino_form import convert
from pipelines.exporting.openvino_form import open_openvino
from pipelines.exporting.portable_function import make_inputs

if TYPE_CHECKING:
    from keras_asd.models import AnomalyDetector

CONVOLUTIONS = ("Convolution", "GroupConvolution")
# What passes 8-bit integers on between them.
BETWEEN = ("Add", "PRelu", "Relu")
EDGES = ("Constant", "Parameter", "Result")


def check_nncf() -> Any:
    """Returns NNCF.

    Raises:
        ValueError: If it, or OpenVINO, is not installed.
    """
    check_openvino()
    try:
        nncf = importlib.import_module("nncf")
    except ImportError as error:
        raise ValueError(
            "In 8 bits OpenVINO needs packages of its own. Received: no nncf "
            'here. Install the extra with `pip install "keras-asd[openvino]"`.'
        ) from error
    logging.getLogger("nncf").setLevel(logging.ERROR)
    return nncf


def write_openvino_int8(
    detector: "AnomalyDetector",
    path: str | os.PathLike,
    waveforms: Sequence[np.ndarray],
) -> None:
    """Writes a detector as an OpenVINO model with a network of 8-bit integers.

    The convolutions over pictures compute in int8, but for the first; the
    front-end before, and head, scorer and calibration behind, in float32.
    Inputs and outputs are those of `write_openvino`.

    Args:
        detector: Detector on the TensorFlow backend.
        path: File to write, `.xml`; its weights go to a `.bin` beside.
        waveforms: Some tens of normal clips, `(n,)` each, from which the
            network's number ranges are taken.

    Raises:
        ValueError: Without the packages, without a clip, or for an embedder
            without such a network.
    """
    openvino, nncf = check_openvino(), check_nncf()
    if not len(waveforms):
        raise ValueError(
            "`waveforms` must hold clips to take the ranges from. Received: "
            "none. Give some tens of normal clips."
        )
    model = convert(detector)
    operations = [
        operation
        for operation in model.get_ordered_ops()
        if operation.get_type_name() not in EDGES
    ]
    convolutions = _names(operations, CONVOLUTIONS)[1:]
    if not convolutions:
        raise ValueError(
            "8-bit integers are for networks of several convolutions over "
            "pictures. Received: an embedder that has none behind the first. "
            "Write the model in float32."
        )
    rounded = {*convolutions, *_names(operations, BETWEEN)}
    names = [operation.get_friendly_name() for operation in operations]
    exact = [name for name in names if name not in rounded]
    # It draws its progress where tables are printed.
    with contextlib.redirect_stdout(io.StringIO()):
        model = nncf.quantize(
            model,
            nncf.Dataset([make_inputs(one[None], [0]) for one in waveforms]),
            ignored_scope=nncf.IgnoredScope(names=exact, validate=False),
            subset_size=len(waveforms),
        )
    openvino.save_model(model, pathlib.Path(path), compress_to_fp16=False)


def _names(operations: Sequence[Any], kinds: Sequence[str]) -> list[str]:
    """Names of the operations of some kinds that give pictures."""
    return [
        operation.get_friendly_name()
        for operation in operations
        if operation.get_type_name() in kinds and _gives_picture(operation)
    ]


def _gives_picture(operation: Any) -> bool:
    """Whether it gives `(batch, channels, frames, bins)`."""
    shape = operation.get_output_partial_shape(0)
    return len(shape) == 4 and all(
        size.is_dynamic or size.get_length() > 1 for size in list(shape)[2:]
    )


FORM = ExportForm(
    "openvino_int8",
    "model_openvino_int8.xml",
    write_openvino_int8,
    open_openvino,
    limit=math.inf,
    runtime="openvino",
    beside=("model_openvino_int8.bin",),
    needs_ranges=True,
    check_packages=check_nncf,
)
