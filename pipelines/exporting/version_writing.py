"""Writing of an exported version: forms, contract, model card, manifest."""

import json
import pathlib
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_asd.models import AnomalyDetector
from keras_asd.models import fold
from pipelines.exporting.acceptance import check_form
from pipelines.exporting.acceptance import make_probes
from pipelines.exporting.acceptance import run_detector
from pipelines.exporting.contract import training_digest
from pipelines.exporting.contract import writing_versions
from pipelines.exporting.export_form import ExportForm
from pipelines.exporting.manifest import write_manifest
from pipelines.exporting.model_card import model_card
from pipelines.exporting.warmup import write_warmup
from pipelines.runs.artefacts import CONTRACT
from pipelines.runs.artefacts import DETECTOR
from pipelines.runs.artefacts import METRICS
from pipelines.runs.artefacts import MODEL_CARD
from pipelines.runs.artefacts import USUAL_SOUND
from pipelines.runs.clip_list import ListedClip

# What the detector, the SavedModel and all beside take, in detectors.
SAVED_MODEL_SHARE = 3
# Real clips that every form is tried on.
NUM_TRIED = 5


def check_backend() -> None:
    """Refuses to export where Keras does not run on TensorFlow.

    Raises:
        ValueError: If it does not.

    >>> check_backend()
    """
    if keras.backend.backend() != "tensorflow":
        raise ValueError(
            "A SavedModel is exported on the TensorFlow backend. Received: "
            f"KERAS_BACKEND={keras.backend.backend()}. The run's "
            "detector.keras loads on any backend: export again with "
            "KERAS_BACKEND=tensorflow."
        )


def write_version(
    version: pathlib.Path,
    name: str,
    detector: AnomalyDetector,
    contract: dict[str, Any],
    forms: Sequence[ExportForm],
    clips: Sequence[tuple[np.ndarray, str]] = (),
    listed: Sequence[ListedClip] = (),
    metrics: dict[str, Any] | None = None,
    usual_sound: bytes = b"",
) -> None:
    """Writes a detector in every form, each held against it, and the manifest.

    Args:
        version: Folder of the version, which is there and empty.
        name: Name of the served model.
        detector: Detector on the TensorFlow backend.
        contract: Contract of `make_contract` or `make_bare_contract`.
        forms: Forms to write, the SavedModel among them.
        clips: Waveforms `(n,)` of normal clips, and the machine of each.
        listed: Clips of its run, for the model card.
        metrics: Metrics of its evaluation, if there was one.
        usual_sound: Usual spectra of its machines for reports, if there are
            any.

    Raises:
        ValueError: If a form does not score like the detector.

    >>> import tempfile
    >>> from keras_asd.layers import ClassCosine
    >>> from keras_asd.models import Embedder
    >>> from pipelines.exporting.contract import make_bare_contract
    >>> from pipelines.exporting.saved_model import saved_model_form
    >>> detector = AnomalyDetector(
    ...     Embedder(samples=16_000, width=0.125), ClassCosine(2), None,
    ...     keys={"fan": [0]})
    >>> contract = make_bare_contract(detector)
    >>> version = pathlib.Path(tempfile.mkdtemp())
    >>> form = saved_model_form(contract)
    >>> write_version(version, "fan", detector, contract, [form])
    >>> (version / DETECTOR).exists(), (version / MODEL_CARD).exists()
    (True, True)
    """
    detector.save(version / DETECTOR)
    _write_json(version / CONTRACT, contract)
    step = max(1, -(-len(clips) // NUM_TRIED))
    tried = clips[::step]
    probes = make_probes(detector, tried)
    reference, folded = run_detector(detector), fold(detector)
    waveforms = [waveform for waveform, _ in clips]
    differences = {}
    for form in forms:
        opened = form.write_and_open(version, folded, waveforms)
        # JSON knows no infinity.
        differences[form.name] = {
            probe: difference if np.isfinite(difference) else None
            for probe, difference in check_form(
                form, reference, opened, probes
            ).items()
        }
    write_warmup(
        version,
        contract["machines"],
        contract["samples"],
        contract["sampling_rate"],
    )
    if metrics is not None:
        _write_json(version / METRICS, metrics)
    if usual_sound:
        (version / USUAL_SOUND).write_bytes(usual_sound)
    facts = {
        "written_by": writing_versions(),
        "contract": contract,
        "training_data_sha256": training_digest(listed) if listed else None,
        "score_differences": differences,
        "real_clips_tried": len(tried),
        "metrics": None if metrics is None else metrics["mean"],
    }
    card = model_card(name, facts, listed)
    (version / MODEL_CARD).write_text(card, encoding="utf-8")
    write_manifest(version, facts)


def _write_json(path: pathlib.Path, content: dict) -> None:
    path.parent.mkdir(exist_ok=True)
    text = json.dumps(content, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
