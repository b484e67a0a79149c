"""Exported forms as clip scorers, without Keras and TensorFlow."""

import importlib.util
import json
import logging
import pathlib

import numpy as np

from pipelines.calibration.requested_rates import decide
from pipelines.exporting.export_form import ExportForm
from pipelines.exporting.manifest import verify_manifest
from pipelines.runs.artefacts import CONTRACT
from pipelines.runs.run_files import reading
from pipelines.scoring.clip_scorer import ClipScorer

logger = logging.getLogger(__name__)

FIELDS = (
    "machines",
    "sampling_rate",
    "recording_channel",
    "samples",
    "least_rates",
    "problems",
)


def load_form(
    folder: pathlib.Path, form: ExportForm, num_threads: int | None = None
) -> ClipScorer:
    """Loads one form of an exported version.

    Of the version, its file, the contract and the manifest are enough; the
    first two are compared with the manifest.

    Args:
        folder: Folder of the version.
        form: Form that it has.
        num_threads: Threads of what runs it; one a core if `None`.

    Raises:
        ValueError: If a file is missing or was changed, the version was
            exported by an earlier version of this package, or what runs the
            form is not installed.

    >>> from pipelines.exporting.export_form import read_form
    >>> load_form(pathlib.Path("no_such_model/1"), read_form("onnx"))
    Traceback (most recent call last):
    ValueError: A version must hold what its manifest says. ...
    """
    path = folder / form.file
    verify_manifest(folder, [form.file, *form.beside, CONTRACT.as_posix()])
    with reading(folder, "An exported model", "Export it again."):
        contract = json.loads((folder / CONTRACT).read_text(encoding="utf-8"))
        missing = [name for name in FIELDS if name not in contract]
    if missing:
        raise ValueError(
            f"The exported model must have {', '.join(FIELDS)} in its "
            f"contract. Received: {folder}, without {', '.join(missing)}. "
            "Export it again."
        )
    if importlib.util.find_spec(form.runtime) is None:
        raise ValueError(
            f"What runs a form must be installed. Received: {path}, and no "
            f"{form.runtime} here. Install it, or name another form."
        )
    with reading(path, "An exported form", "Export it again."):
        run = form.open(path, num_threads)
    logger.info("scored by %s, with %s", path, form.runtime)
    indices = {key: index for index, key in enumerate(contract["machines"])}
    # JSON knows no NaN.
    least_rates = np.array(contract["least_rates"], "float32")
    problems = np.array(contract["problems"])

    def score(waveforms, machines, false_alarm_rate):
        key = np.array([indices.get(one, -1) for one in machines], "int32")
        outputs = run(waveforms, key)
        if false_alarm_rate is not None:
            least_rate = np.where(key >= 0, least_rates[key], np.nan)
            outputs["decision"] = decide(
                outputs["p_value"],
                outputs["valid"],
                least_rate,
                false_alarm_rate,
            )
        return {**outputs, "problem": problems[outputs["problem"]]}

    return ClipScorer(
        tuple(indices),
        contract["sampling_rate"],
        contract["recording_channel"],
        contract["samples"],
        score,
    )
