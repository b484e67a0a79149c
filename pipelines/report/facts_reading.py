"""Reading of what a report, or a watch, must know of a model."""

import json
import logging
import pathlib
from collections.abc import Sequence

from pipelines.pictures.usual_sound import usual_sound_of_export
from pipelines.pictures.usual_sound import usual_sound_of_run
from pipelines.report.model_facts import NOTHING_KNOWN
from pipelines.report.model_facts import ModelFacts
from pipelines.report.model_facts import model_facts
from pipelines.runs.archives.keras_archive import load_model
from pipelines.runs.artefacts import CONTRACT
from pipelines.runs.artefacts import DETECTOR
from pipelines.runs.artefacts import load_detector
from pipelines.runs.clip_list import read_clip_list
from pipelines.runs.run_files import reading
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config
from pipelines.scoring.model_folder import SAVED_MODEL

logger = logging.getLogger(__name__)


def read_model_facts(
    folder: pathlib.Path,
    keys: Sequence[str],
    rate: float | None,
    trust: Sequence[str] = (),
) -> ModelFacts:
    """Reads what a report, or a watch, must know of a model.

    Args:
        folder: Folder of a run or of an exported version, see `find_model`.
        keys: Machines whose usual sound is measured.
        rate: Requested false-alarm rate; the model's own if `None`.
        trust: Packages of classes of your own, where the run has any.

    >>> read_model_facts(pathlib.Path("no_such_run"), [], None)
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    if (folder / SAVED_MODEL).exists():
        return _facts_of_export(folder, rate, trust)
    run = RunFolder(folder)
    config = read_config(run)
    detector = load_detector(run, trust)
    usual = usual_sound_of_run(
        read_clip_list(run.clips),
        config.sampling_rate,
        config.recording_channel,
        detector.groups,
        keys,
    )
    return model_facts(detector, config.recording_channel, rate, usual)


def _facts_of_export(
    folder: pathlib.Path, rate: float | None, trust: Sequence[str]
) -> ModelFacts:
    """As much as there is: what served it needs no detector for Keras."""
    with reading(folder, "An exported model", "Export it again."):
        text = (folder / CONTRACT).read_text(encoding="utf-8")
        contract = json.loads(text)
    usual = usual_sound_of_export(folder)
    channel = contract["recording_channel"]
    try:
        detector = load_model(folder / DETECTOR, trust)
    except (OSError, ValueError) as error:
        logger.warning("no thresholds can be shown: %s", error)
        known = contract.get("false_alarm_rate", NOTHING_KNOWN.rate)
        numbers = contract.get("calibration_clips", [])
        return ModelFacts(
            contract["sampling_rate"],
            channel,
            known if rate is None else rate,
            {},
            dict(zip(contract["machines"], numbers, strict=False)),
            usual,
        )
    return model_facts(detector, channel, rate, usual)
