"""LiteRT form whose network computes in 8-bit integers."""

import math
import os
import pathlib
import tempfile
from collections.abc import Iterator
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from pipelines.exporting.export_form import ExportForm
from pipelines.exporting.litert_form import SIGNATURE
from pipelines.exporting.litert_form import make_converter
from pipelines.exporting.litert_form import open_litert
from pipelines.exporting.portable_function import make_inputs

if TYPE_CHECKING:
    import keras

    from keras_asd.models import AnomalyDetector


def write_litert_int8(
    detector: "AnomalyDetector",
    path: str | os.PathLike,
    waveforms: Sequence[np.ndarray],
) -> None:
    """Writes a detector as a LiteRT model with a network of 8-bit integers.

    The network's layers between the first and the last compute in int8;
    these two, the front-end before and head, scorer and calibration behind
    them in float32. Inputs and outputs are those of `write_litert`.

    Args:
        detector: Detector on the TensorFlow backend.
        path: File to write.
        waveforms: Some tens of normal clips, `(n,)` each, from which the
            network's number ranges are taken.

    Raises:
        ValueError: Without a clip, or for an embedder without a network,
            such as `StatisticsEmbedder`, or with several.
    """
    # The record of the form is read without TensorFlow.
    from pipelines.exporting.quantization import quantize

    if not len(waveforms):
        raise ValueError(
            "`waveforms` must hold clips to take the ranges from. Received: "
            "none. Give some tens of normal clips."
        )

    def examples() -> Iterator[tuple[str, dict[str, np.ndarray]]]:
        for waveform in waveforms:
            yield SIGNATURE, make_inputs(waveform[None], [0])

    with tempfile.TemporaryDirectory() as folder:
        converter = make_converter(detector, folder)
        model = quantize(converter, examples, _network_names(detector.embedder))
    pathlib.Path(path).write_bytes(model)


def _network_names(embedder: "keras.Model") -> list[str]:
    """Names of the layers between front-end and embedding."""
    from keras_asd.models import JoinedEmbedder

    if isinstance(embedder, JoinedEmbedder):
        names = [
            names
            for one in embedder.embedders
            if (names := _network_names(one))
        ]
        # Operations of several networks could not be told apart by name.
        return names[0] if len(names) == 1 else []
    if hasattr(embedder, "networks"):
        return [network.name for network in embedder.networks.values()]
    return [embedder.backbone.name] if hasattr(embedder, "backbone") else []


FORM = ExportForm(
    "litert_int8",
    "model_int8.tflite",
    write_litert_int8,
    open_litert,
    limit=math.inf,
    needs_ranges=True,
)
