"""Export of a run: one checked artefact to serve."""

import dataclasses
import json
import logging
import pathlib
from collections.abc import Sequence
from typing import Any

from keras_asd.models import AnomalyDetector
from pipelines.calibration.calibration_fitting import describe_calibration
from pipelines.calibration.calibration_fitting import read_calibration
from pipelines.calibration.calibration_sources import calibration_sources
from pipelines.calibration.calibration_sources import warn_of_sources
from pipelines.calibration.detector_calibration import calibrated
from pipelines.calibration.detector_calibration import with_false_alarm_rate
from pipelines.calibration.requested_rates import requested_rate
from pipelines.exporting.acceptance_clips import check_ranges
from pipelines.exporting.acceptance_clips import real_clips
from pipelines.exporting.contract import make_contract
from pipelines.exporting.export_form import load_forms
from pipelines.exporting.publishing import publish
from pipelines.exporting.saved_model import saved_model_form
from pipelines.exporting.version_writing import NUM_TRIED
from pipelines.exporting.version_writing import SAVED_MODEL_SHARE
from pipelines.exporting.version_writing import check_backend
from pipelines.exporting.version_writing import write_version
from pipelines.files.disk import check_space
from pipelines.methods.choice import choose_method
from pipelines.methods.embedding_files import read_embeddings
from pipelines.pictures.usual_sound import usual_sound_of_run
from pipelines.pictures.usual_spectrum import pack_spectra
from pipelines.runs.artefacts import METRICS
from pipelines.runs.artefacts import load_detector
from pipelines.runs.clip_list import ListedClip
from pipelines.runs.clip_list import read_clip_list
from pipelines.runs.run_files import reading
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config
from pipelines.runs.stages import find_run
from pipelines.settings.config import Config
from pipelines.settings.scorer_choice import choose_scorers

logger = logging.getLogger(__name__)

# Real clips that ranges are taken from.
NUM_RANGED = 64


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
    check_backend()
    forms = load_forms(also)
    false_alarm_rate = requested_rate(false_alarm_rate)
    run = find_run(run_path)
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
    warn_of_sources(sources)
    contract = make_contract(detector, config, sources)

    needs_ranges = any(form.needs_ranges for form in forms)
    number = NUM_RANGED if needs_ranges else NUM_TRIED
    clips = real_clips(listed, config, number)
    for form in forms:
        check_ranges(form, clips, listed)

    usual = usual_sound_of_run(
        listed,
        config.sampling_rate,
        config.recording_channel,
        detector.groups,
        list(detector.keys),
    )
    num_bytes = (SAVED_MODEL_SHARE + len(forms)) * run.detector.stat().st_size
    check_space(
        target, num_bytes, "the new version", "Make room, or take another disk."
    )

    def write(version: pathlib.Path) -> None:
        name = pathlib.Path(target).name
        write_version(
            version,
            name,
            detector,
            contract,
            [saved_model_form(contract), *forms],
            clips,
            listed,
            _read_metrics(run.path / METRICS.name),
            pack_spectra(usual.spectra),
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
