"""Export of a run: one checked artefact to serve."""

import dataclasses
import json
import logging
import pathlib
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_asd.models import AnomalyDetector
from keras_asd.models import fold
from pipelines.calibration.calibration_fitting import describe_calibration
from pipelines.calibration.calibration_fitting import read_calibration
from pipelines.calibration.calibration_sources import calibration_sources
from pipelines.calibration.calibration_sources import warn_of_optimism
from pipelines.calibration.detector_calibration import calibrated
from pipelines.calibration.detector_calibration import with_false_alarm_rate
from pipelines.calibration.false_alarms import requested_rate
from pipelines.exporting.acceptance import check_form
from pipelines.exporting.acceptance import make_probes
from pipelines.exporting.acceptance import run_detector
from pipelines.exporting.acceptance_clips import check_ranges
from pipelines.exporting.acceptance_clips import real_clips
from pipelines.exporting.contract import make_contract
from pipelines.exporting.contract import training_digest
from pipelines.exporting.contract import writing_versions
from pipelines.exporting.export_form import ExportForm
from pipelines.exporting.export_form import load_forms
from pipelines.exporting.manifest import write_manifest
from pipelines.exporting.model_card import model_card
from pipelines.exporting.publishing import publish
from pipelines.exporting.saved_model import saved_model_form
from pipelines.exporting.warmup import write_warmup
from pipelines.files.disk import check_space
from pipelines.methods.choice import choose_method
from pipelines.methods.embedding_files import read_embeddings
from pipelines.runs.artefacts import CONTRACT
from pipelines.runs.artefacts import DETECTOR
from pipelines.runs.artefacts import METRICS
from pipelines.runs.artefacts import MODEL_CARD
from pipelines.runs.artefacts import load_detector
from pipelines.runs.clip_list import ListedClip
from pipelines.runs.clip_list import read_clip_list
from pipelines.runs.run_files import reading
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config
from pipelines.settings.config import Config
from pipelines.settings.scorer_choice import choose_scorers

logger = logging.getLogger(__name__)

# What the detector, the SavedModel and all beside take, in detectors.
SAVED_MODEL_SHARE = 3
# Real clips that every form is tried on, and that ranges are taken from.
NUM_TRIED, NUM_RANGED = 5, 64


def export(
    run_path: str,
    target: str,
    scorer: str | None = None,
    false_alarm_rate: float | None = None,
    also: Sequence[str] = (),
    trust: Sequence[str] = (),
) -> pathlib.Path:
    """Exports the detector of a run as the next version of a served model.

    The version `<target>/<number>/` appears whole or not at all, after every
    form in it has been loaded and compared with the detector; see
    `saved_models/README.md` for its content.

    Args:
        run_path: Folder of a finished training run.
        target: Folder of the served model, such as `saved_models/fan`.
        scorer: Label of a scorer, such as `LocalDensity(space=raw)`, to fit
            on the run's normal clips in place of its own.
        false_alarm_rate: Requested false-alarm rate where a request has none;
            the run's own if `None`.
        also: Names of `FORMS` to write beside the SavedModel.
        trust: Packages of classes of your own, where the run has any.

    Returns:
        Folder of the new version.

    Raises:
        FileNotFoundError: If the run does not exist or has not ended.
        ValueError: If Keras does not run on TensorFlow here, there is no
            such scorer or form, what writes a form is not installed or finds
            no clip, or a form does not score like the detector.

    >>> export("no_such_run", "saved_models/fan")
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    if keras.backend.backend() != "tensorflow":
        raise ValueError(
            "A SavedModel is exported on the TensorFlow backend. Received: "
            f"KERAS_BACKEND={keras.backend.backend()}. The run's "
            "detector.keras loads on any backend: export again with "
            "KERAS_BACKEND=tensorflow."
        )
    forms = load_forms(also)
    false_alarm_rate = requested_rate(false_alarm_rate)
    run = RunFolder(pathlib.Path(run_path))
    config = read_config(run)
    detector = load_detector(run, trust)
    listed = read_clip_list(run.clips)
    facts = read_calibration(run.calibration)
    if scorer is not None:
        [other] = choose_scorers([scorer], config)
        config = dataclasses.replace(config, scorer=other)
        detector, facts = _with_other_scorer(detector, config, run, listed)
    if false_alarm_rate is not None:
        detector = with_false_alarm_rate(detector, false_alarm_rate)
    sources = calibration_sources(
        facts, list(detector.keys), detector.calibration
    )
    warn_of_optimism(sources)
    contract = make_contract(detector, config, sources)

    needs_ranges = any(form.needs_ranges for form in forms)
    number = NUM_RANGED if needs_ranges else NUM_TRIED
    clips = real_clips(listed, config, number)
    for form in forms:
        check_ranges(form, clips, listed)

    num_bytes = (SAVED_MODEL_SHARE + len(forms)) * run.detector.stat().st_size
    check_space(
        target, num_bytes, "the new version", "Make room, or take another disk."
    )

    def write(version: pathlib.Path) -> None:
        name = pathlib.Path(target).name
        _write_version(
            version,
            name,
            detector,
            contract,
            run,
            listed,
            clips,
            [saved_model_form(contract), *forms],
        )

    return publish(pathlib.Path(target), write)


def _with_other_scorer(
    detector: AnomalyDetector,
    config: Config,
    run: RunFolder,
    listed: Sequence[ListedClip],
) -> tuple[AnomalyDetector, dict[str, Any]]:
    normals = read_embeddings(run.embeddings)
    fitted = choose_method(config).fit_scorer(
        normals, detector.groups, detector.head
    )
    detector = detector.with_parts(scorer=fitted)
    logger.info("calibrating anew with the run's own normal clips")
    detector, scores = calibrated(detector, normals, config, listed)
    return detector, describe_calibration(
        scores, config.calibration, config.false_alarm_rate
    )


def _write_version(
    version: pathlib.Path,
    name: str,
    detector: AnomalyDetector,
    contract: dict[str, Any],
    run: RunFolder,
    listed: Sequence[ListedClip],
    clips: Sequence[tuple[np.ndarray, str]],
    forms: Sequence[ExportForm],
) -> None:
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
    metrics = _read_metrics(run.path / METRICS.name)
    if metrics is not None:
        _write_json(version / METRICS, metrics)
    facts = {
        "written_by": writing_versions(),
        "contract": contract,
        "training_data_sha256": training_digest(listed),
        "score_differences": differences,
        "real_clips_tried": len(tried),
        "metrics": None if metrics is None else metrics["mean"],
    }
    card = model_card(name, facts, listed)
    (version / MODEL_CARD).write_text(card, encoding="utf-8")
    write_manifest(version, facts)


def _read_metrics(path: pathlib.Path) -> dict[str, Any] | None:
    """Metrics of the run's evaluation, `None` if there was none."""
    if not path.exists():
        return None
    with reading(
        path, "The metrics of a run", "Evaluate the run again, or remove it."
    ):
        metrics = json.loads(path.read_text(encoding="utf-8"))
        json.dumps(metrics, allow_nan=False)
        return {**metrics, "mean": dict(metrics["mean"])}


def _write_json(path: pathlib.Path, content: dict) -> None:
    path.parent.mkdir(exist_ok=True)
    text = json.dumps(content, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
