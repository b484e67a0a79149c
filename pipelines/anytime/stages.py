"""Stages of an anytime run: a detector without training, then a network."""

import dataclasses
import logging
import time
from collections.abc import Sequence

from keras import ops

from keras_asd.models import AnomalyDetector
from pipelines import atomic
from pipelines.anytime.adoption import judge_network
from pipelines.anytime.fit_run import fit_run
from pipelines.anytime.plan import Plan
from pipelines.anytime.plan import read_or_make_plan
from pipelines.calibration.false_alarms import needed_clips
from pipelines.files.names import printable
from pipelines.runs.artefacts import load_detector
from pipelines.runs.changed_clips import renew_clip_list
from pipelines.runs.clip_list import ListedClip
from pipelines.runs.clip_list import read_clip_list
from pipelines.runs.clip_list import write_clip_list
from pipelines.runs.holdout import hold_out_clips
from pipelines.runs.preparation import prepare_clips
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import write_config
from pipelines.runs.stages import NETWORK
from pipelines.runs.stages import TRAINING_FREE
from pipelines.runs.stages import Stages
from pipelines.runs.stages import find_run
from pipelines.runs.stages import read_stages
from pipelines.runs.stages import write_stages
from pipelines.settings.config import Config

logger = logging.getLogger(__name__)

# Share of each section's clips that a network does not see.
HOLDOUT = 0.2


def train_in_stages(
    roots: Sequence[str], config: Config, run: RunFolder, verify: bool = False
) -> AnomalyDetector:
    """Trains a detector that is usable at once, and better where that pays.

    The detector without training is a whole run in the folder
    `training_free`, and is used as soon as it is there. Then a network is
    planned that fits into `config.minutes`, trained in the folder `network`,
    and used from then on if it surely helps; see `judge_network`. Plan and
    stage are written down, so that a killed run goes on and ends equal.

    Args:
        roots: Absolute paths of the data folders.
        config: Settings; those of the detector without training.
        run: Folder of the run, which the caller holds.
        verify: Whether all recordings of a run that goes on are read.

    Raises:
        FileNotFoundError: If a folder is missing or has no recordings.
        ValueError: As `programs.train.train`.

    >>> import pathlib
    >>> from pipelines.settings.presets import choose_preset
    >>> run = RunFolder(pathlib.Path("runs/first"))
    >>> train_in_stages(["no_such"], choose_preset("auto"), run)
    Traceback (most recent call last):
    FileNotFoundError: `root` must be a folder of recordings, or a CSV. ...
    """
    begin = time.perf_counter()
    name = printable(str(run.path))
    write_config(run, config, list(roots))
    stages = read_stages(run.path)
    if stages is not None and stages.has_ended:
        logger.info("the run has ended already: %s", name)
        return load_detector(find_run(run.path), config.foreign_packages)
    listed = prepare_clips(roots, config, run, verify)
    first = run.stage(TRAINING_FREE)
    if not first.manifest.exists():
        write_clip_list(first.clips, listed)
    detector = fit_run(roots, dataclasses.replace(config, minutes=0.0), first)
    if stages is None:
        write_stages(run.path, Stages(TRAINING_FREE))
        logger.info(
            "usable now, after %.0f s: %s has a detector without training",
            time.perf_counter() - begin,
            name,
        )
    network = run.stage(NETWORK)
    if not network.clips.exists():
        held_out = _hold_out(listed, config)
        write_clip_list(network.clips, held_out)
    elif verify and not network.manifest.exists():
        renew_clip_list(network.clips, config, verify)
    plan = read_or_make_plan(
        run.path / "plan.json", read_clip_list(network.clips), config
    )
    used = TRAINING_FREE
    if settings := plan.config(config):
        detector, used = _add_network(
            roots, plan, settings, network, detector, name
        )
    else:
        logger.info("no network is added: %s", plan.reason)
    write_stages(run.path, Stages(used, has_ended=True))
    return detector


def _add_network(
    roots: Sequence[str],
    plan: Plan,
    settings: Config,
    run: RunFolder,
    detector: AnomalyDetector,
    name: str,
) -> tuple[AnomalyDetector, str]:
    """The detector that is used from now on, and its stage."""
    logger.info(
        "a network follows, for about %.0f s: %s, %d epochs, %s",
        plan.seconds,
        plan.preset,
        plan.epochs,
        plan.reason,
    )
    fused = fit_run(roots, settings, run)
    adoption = judge_network(
        run, read_clip_list(run.clips), settings.foreign_packages
    )
    atomic.write_text(run.path / "adoption.json", adoption.as_json())
    if lost := _lost_decisions(detector, fused, settings):
        logger.info(
            "%s; %s stays without: %s would give no decisions",
            adoption,
            name,
            ", ".join(lost),
        )
        return detector, TRAINING_FREE
    if adoption.is_adopted:
        logger.info("%s; %s has it now", adoption, name)
        return fused, NETWORK
    logger.info("%s; %s stays without", adoption, name)
    return detector, TRAINING_FREE


def _hold_out(listed: Sequence[ListedClip], config: Config) -> list[ListedClip]:
    """The clips with those held out that calibrate and judge the network."""
    train = [entry for entry in listed if entry.role == "train"]
    keys = [entry.clip.key for entry in train]
    names = sorted(set(keys))
    settings = dataclasses.replace(
        config, holdout=HOLDOUT, calibration_holdout="needs"
    )
    chosen = hold_out_clips(
        [entry.inspected for entry in train if entry.inspected],
        [names.index(key) for key in keys],
        settings,
    )
    held_out = {
        entry.clip.path
        for entry, is_out in zip(train, chosen, strict=True)
        if is_out
    }
    return [
        dataclasses.replace(entry, role="held out")
        if entry.clip.path in held_out
        else entry
        for entry in listed
    ]


def _lost_decisions(
    before: AnomalyDetector, after: AnomalyDetector, config: Config
) -> list[str]:
    """Machines that would decide no longer at the requested rate."""
    needed = needed_clips(config.false_alarm_rate)
    counts = [
        ops.convert_to_numpy(detector.calibration.num_clips)
        for detector in (before, after)
    ]
    return [
        key
        for key, first, second in zip(before.keys, *counts, strict=True)
        if first >= needed > second
    ]
