"""SavedModel form, which every exported version has."""

import os
import pathlib
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from pipelines.exporting.export_form import ExportForm
from pipelines.exporting.export_form import Runner
from pipelines.exporting.saved_model import write_saved_model
from pipelines.exporting.windows_one_by_one import one_by_one


def saved_model_form(contract: Mapping[str, Any]) -> ExportForm:
    """Returns the SavedModel as a form.

    Args:
        contract: Contract of the export; its `machines` and
            `recording_channel` are used.

    >>> import tempfile
    >>> import numpy as np
    >>> from pipelines.training.assembly import make_detector
    >>> from pipelines.settings.config import Config
    >>> from pipelines.runs.labels import LabelMap
    >>> config = Config(clip_seconds=0.5, width=0.125, num_mel_bins=16)
    >>> label_map = LabelMap(("fan", "pump"), {"fan": (0,), "pump": (1,)})
    >>> detector = make_detector(config, label_map)
    >>> contract = {"machines": ["fan", "pump"], "recording_channel": "mean"}
    >>> folder = pathlib.Path(tempfile.mkdtemp(), "1")
    >>> form = saved_model_form(contract)
    >>> run = form.write_and_open(folder, detector)
    >>> run(np.zeros((2, 8_000), "float32"), np.int32([0, 1]))["valid"].tolist()
    [False, False]
    """

    def write(detector, folder):
        channel = contract["recording_channel"]
        write_saved_model(one_by_one(detector), folder, channel)

    return ExportForm(
        "saved_model",
        ".",
        write,
        lambda folder: _open(folder, contract["machines"]),
    )


def _open(folder: pathlib.Path, machines: Sequence[str]) -> Runner:
    loaded = tf.saved_model.load(folder)
    names = [os.fsencode(machine) for machine in machines]

    def run(waveform, key):
        # Fetched in each call: a signature lives no longer than its model.
        serve = loaded.signatures["serving_default"]
        chosen = [names[index] if index >= 0 else b"?" for index in key]
        outputs = serve(
            waveform=tf.constant(waveform), machine=tf.constant(chosen)
        )
        return {name: value.numpy() for name, value in outputs.items()}

    return run
