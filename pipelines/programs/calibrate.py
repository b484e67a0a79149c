"""Calibration of a run by normal clips that it has not seen."""

import dataclasses
import logging
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
from keras import ops

from keras_asd.models import AnomalyDetector
from pipelines import atomic
from pipelines.audio.broken_clips import warn_of_broken_clips
from pipelines.audio.inspected_clip import InspectedClip
from pipelines.audio.inspection import inspect_clips
from pipelines.calibration.calibration_fitting import describe_calibration
from pipelines.calibration.calibration_fitting import fit_calibration
from pipelines.calibration.calibration_fitting import read_calibration
from pipelines.calibration.calibration_fitting import write_calibration
from pipelines.calibration.calibration_sources import bind_facts
from pipelines.calibration.detector_calibration import fit_check
from pipelines.calibration.false_alarms import needed_clips
from pipelines.calibration.normal_scores import NormalScores
from pipelines.calibration.p_value_curves import fit_curve
from pipelines.calibration.promises import warn_of_promises
from pipelines.datasets.reading import read_all_clips
from pipelines.methods.clip_scores import score_embeddings
from pipelines.methods.embeddings import Embeddings
from pipelines.methods.network_embeddings import embed_by_networks
from pipelines.runs.archives.keras_archive import save_model
from pipelines.runs.artefacts import load_detector
from pipelines.runs.clip_list import normal_clips
from pipelines.runs.clip_list import read_clip_list
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config
from pipelines.runs.run_lock import holding_run
from pipelines.runs.run_manifest import write_run_manifest
from pipelines.runs.stages import find_run
from pipelines.settings.config import Config

logger = logging.getLogger(__name__)


@holding_run
def calibrate(
    run_path: str, roots: Sequence[str], trust: Sequence[str] = ()
) -> dict[str, int]:
    """Calibrates a run anew, by normal clips that it has not seen.

    Args:
        run_path: Folder of a finished training run; its `detector.keras` and
            `calibration.json` are replaced. Scores do not change.
        roots: Data folders; the clips of their train splits, which are
            normal, are taken.
        trust: Packages of classes of your own, where the run has any.

    Returns:
        Number of clips that each machine was calibrated with. A machine keeps
        its calibration where its fresh clips are too few for the requested
        rate and fewer than those before; a bare one also where one of its
        sections has no fresh clip.

    Raises:
        FileNotFoundError: If there is no such run, or no recording.
        ValueError: If no fresh clip is left that the run knows, or every
            machine keeps its calibration.

    >>> calibrate("no_such_run", ["recordings"])
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    run = find_run(run_path)
    config = read_config(run)
    detector = load_detector(run, trust)
    before = read_calibration(run.calibration)
    fresh = embed_by_networks(
        detector.embedder,
        detector.groups,
        _choose_fresh_clips(roots, config, detector, run),
        config,
        "calibrating",
    )
    rate = detector.calibration.false_alarm_rate
    scores = _choose_better(_scores_of_keys(detector, fresh), detector, config)
    keys = list(detector.keys)
    calibration = fit_calibration(scores, keys, config.calibration, rate)
    counts = {key: one.counts for key, one in scores.items() if "/" in key}
    warn_of_promises(counts, rate)
    detector = detector.with_parts(
        calibration=calibration.filled_from(detector.calibration),
        check=fit_check(detector, fresh, scores),
    )
    after = bind_facts(
        describe_calibration(scores, config.calibration, rate),
        keys,
        detector.calibration,
    )
    after["keys"] = {**before["keys"], **after["keys"]}
    # The calibration is moved first: the digests show a kill between the two.
    with (
        atomic.replacing(run.detector) as weights,
        atomic.replacing(run.calibration) as described,
    ):
        save_model(weights, detector)
        write_calibration(described, after)
        coming = {run.detector: weights, run.calibration: described}
        write_run_manifest(run, coming)
    write_run_manifest(run)
    return {key: len(normal.scores) for key, normal in scores.items()}


def _choose_fresh_clips(
    roots: Sequence[str],
    config: Config,
    detector: AnomalyDetector,
    run: RunFolder,
) -> list[InspectedClip]:
    listed = normal_clips(read_clip_list(run.clips))
    trained_on = {one.sha256 for one in listed}
    known = [
        clip
        for clip in read_all_clips(roots, config.seed, config.sections)
        if clip.split == "train" and clip.key in detector.keys
    ]
    inspected, broken = inspect_clips(known, config.recording_channel)
    warn_of_broken_clips(broken, len(known))
    fresh = [one for one in inspected if one.sha256 not in trained_on]
    if len(fresh) < len(inspected):
        logger.warning(
            "left out: %d clips that the run was trained on",
            len(inspected) - len(fresh),
        )
    # The first of each: a copy of a recording adds nothing.
    firsts = list({one.sha256: one for one in reversed(fresh)}.values())[::-1]
    if len(firsts) < len(fresh):
        logger.warning(
            "left out: %d clips that are copies of others",
            len(fresh) - len(firsts),
        )
    if not firsts:
        raise ValueError(
            "The data must hold normal recordings, in a train split, of the "
            f"run's machines ({', '.join(detector.keys)}), which it was not "
            f"trained on. Received: {', '.join(map(str, roots))}, with none."
        )
    return firsts


def _scores_of_keys(
    detector: AnomalyDetector, fresh: Embeddings
) -> dict[str, NormalScores]:
    """Scores of the clips of every key under its own name.

    A bare machine has some only where all its sections have.
    """
    found = {}
    for key in detector.keys:
        sections = [
            name for name in detector.keys if name.startswith(f"{key}/")
        ]
        missing = sorted(set(sections).difference(fresh.keys.tolist()))
        if missing:
            logger.warning(
                "%s keeps its calibration: no fresh clip of %s",
                key,
                ", ".join(missing),
            )
            continue
        is_own = (fresh.keys == key) | np.char.startswith(fresh.keys, f"{key}/")
        if is_own.any():
            own = fresh.select(is_own)
            own = dataclasses.replace(own, keys=np.full(len(own.keys), key))
            scores = score_embeddings(detector, own)[:, 0]
            is_target = np.zeros(len(scores), bool)
            is_target[own.clips] = own.is_target
            is_scored = np.isfinite(scores)
            found[key] = NormalScores(scores[is_scored], is_target[is_scored])
    return found


def _choose_better(
    scores: Mapping[str, NormalScores],
    detector: AnomalyDetector,
    config: Config,
) -> dict[str, NormalScores]:
    """The scores that improve on the calibration of their keys."""
    needed = needed_clips(detector.calibration.false_alarm_rate)
    sizes = ops.convert_to_numpy(detector.calibration.num_clips).astype(int)
    before = dict(zip(detector.keys, sizes.tolist(), strict=True))
    better = {}
    for key, normal in scores.items():
        size = len(normal.scores)
        if size < min(needed, before[key]):
            logger.warning(
                "%s keeps its calibration by %d clips: %d fresh ones are too "
                "few, at least %d are needed",
                key,
                before[key],
                size,
                needed,
            )
        elif fit_curve(normal.scores, config.calibration) is None:
            logger.warning(
                "%s keeps its calibration: no curve can be drawn from the "
                "scores of %d fresh clips",
                key,
                size,
            )
        else:
            better[key] = normal
    if not better:
        raise ValueError(
            "Some machine must have more fresh normal recordings than those it "
            f"was calibrated with. Received: {len(scores)} "
            f"machines with fresh ones, none with enough. Record at least "
            f"{needed} of each machine and section."
        )
    return better
