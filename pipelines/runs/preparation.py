"""Preparation of a run: clips read, inspected, split and listed."""

import collections
import logging
import pathlib
from collections.abc import Sequence

from pipelines.audio.broken_clips import check_broken_share
from pipelines.audio.broken_clips import warn_of_broken_clips
from pipelines.audio.inspected_clip import InspectedClip
from pipelines.audio.inspection import inspect_clips
from pipelines.datasets.clip import Clip
from pipelines.datasets.csv_layout import find_table
from pipelines.datasets.reading import read_all_clips
from pipelines.datasets.reading import read_clips
from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.datasets.synthetic import generate
from pipelines.runs.changed_clips import renew_clip_list
from pipelines.runs.clip_list import ListedClip
from pipelines.runs.clip_list import write_clip_list
from pipelines.runs.data_overview import describe_data
from pipelines.runs.holdout import hold_out_clips
from pipelines.runs.labels import class_name
from pipelines.runs.labels import part_name
from pipelines.runs.run_folder import RunFolder
from pipelines.settings.config import Config

logger = logging.getLogger(__name__)

# Offset that keeps clear of the seeds built-in data are usually made with.
SEED_STEP = 1_000_003
# Further classes where there is only one, by the setting `one_class`.
STAND_INS = {
    "transform": "their copies at other speeds",
    "contrast": "the built-in machines",
}


def prepare_clips(
    roots: Sequence[str],
    config: Config,
    run: RunFolder,
    verify: bool = False,
) -> list[ListedClip]:
    """Reads, inspects and splits the clips of a run, and writes the list.

    What was understood of the folders is logged before. An existing list is
    used again, so that a run can be resumed: only recordings that have changed
    are inspected, see `renew_clip_list`.

    Args:
        roots: Data folders.
        config: Settings of the run.
        run: Folder of the run.
        verify: Whether all recordings of an existing list are read to find
            those that have changed.

    Returns:
        All clips with their roles.

    Raises:
        FileNotFoundError: If a folder is missing or has no recordings.
        ValueError: If no training clip is left, or too few, or there are
            more classes than the loss has centres.

    >>> import pathlib
    >>> import tempfile
    >>> settings = SyntheticSettings(("fan",), num_ids=2, num_train=2,
    ...     num_train_target=0, num_test_normal=0, num_test_anomaly=0,
    ...     seconds=0.5)
    >>> root = pathlib.Path(tempfile.mkdtemp())
    >>> paths = generate(root / "data", settings)
    >>> run = RunFolder(root / "run")
    >>> listed = prepare_clips([str(root / "data")], Config(), run)
    >>> sorted(entry.role for entry in listed)
    ['held out', 'train', 'train', 'train']
    """
    if run.clips.exists():
        return renew_clip_list(run.clips, config, verify)
    clips = [
        clip
        for clip in read_all_clips(roots, config.seed, config.sections)
        if not clip.path.is_relative_to(run.path)
    ]
    train = [clip for clip in clips if clip.split == "train"]
    if not train:
        raise ValueError(
            "The data must hold normal recordings to train on. Received: "
            f"{', '.join(map(str, roots))}, with {len(clips)} recordings, "
            "none of them in a train split."
        )
    inspected, broken = inspect_clips(train, config.recording_channel)
    warn_of_broken_clips(broken, len(train))
    check_broken_share(broken, len(train), config.max_broken_share)
    names = [
        class_name(good.clip, config.classes, config.domain_classes)
        for good in inspected
    ]
    places = {name: place for place, name in enumerate(sorted(set(names)))}
    if len(places) > 1 and config.loss.has_one_centre:
        raise ValueError(
            "One-class compactness has one centre for all clips. Received: "
            f"clips of {len(places)} classes, such as {min(places)} and "
            f"{max(places)}. Use `--classes one --domain_classes false`."
        )
    is_held_out = hold_out_clips(
        inspected, [places[name] for name in names], config
    )
    listed = [
        ListedClip(good.clip, "held out" if held else "train", "", good)
        for good, held in zip(inspected, is_held_out, strict=True)
    ]
    has_table = any(find_table(pathlib.Path(root)) for root in roots)
    for line in describe_data(listed, config, has_table):
        logger.info(line)
    listed += [ListedClip(clip, "left out", why) for clip, why in broken]
    known = {good.clip.key for good in inspected}
    listed += _list_test_clips(clips, known)
    if config.needs_classes:
        listed += _further_clips(inspected, names, config, run)
    listed.sort(key=lambda entry: entry.clip.path.as_posix())
    write_clip_list(run.clips, listed)
    return listed


def _list_test_clips(clips: list[Clip], known: set[str]) -> list[ListedClip]:
    test = [clip for clip in clips if clip.split == "test"]
    unknown = collections.Counter(
        clip.key for clip in test if clip.key not in known
    )
    for key, count in sorted(unknown.items()):
        logger.warning(
            "left out: %s: no normal recording to train on, %d test clips",
            key,
            count,
        )
    return [
        ListedClip(clip, "left out", f"no normal recording of {clip.key}")
        if clip.key in unknown
        else ListedClip(clip, "test")
        for clip in test
    ]


def _further_clips(
    inspected: Sequence[InspectedClip],
    names: Sequence[str],
    config: Config,
    run: RunFolder,
) -> list[ListedClip]:
    """Clips of the built-in machines, if the settings need them."""
    tasks: dict[str, set[str]] = {}
    for one, name in zip(inspected, names, strict=True):
        part = part_name(one.clip.key, config.networks)
        tasks.setdefault(part, set()).add(name)
    alone = [task for task in tasks.values() if len(task) == 1]
    if alone and not config.adds_built_in(is_alone=False):
        _warn_of_one_class(alone, config)
    pretraining = config.pretraining
    if config.adds_built_in(is_alone=False) or (
        pretraining is not None and pretraining.is_on_built_in
    ):
        return _built_in_clips(config, run, num_ids=3)
    if config.adds_built_in(is_alone=bool(alone)):
        return _built_in_clips(config, run, num_ids=1)
    return []


def _warn_of_one_class(alone: Sequence[set[str]], config: Config) -> None:
    """Warns that further classes are made up, or refuses a single class."""
    name = ", ".join(sorted(name for task in alone for name in task))
    if config.one_class not in STAND_INS:
        raise ValueError(
            "Training tells machines apart, so there must be two classes or "
            f"more. Received: all clips are of {name}. Add data of other "
            "machines, or use `--one_class transform` or "
            "`--one_class contrast`."
        )
    logger.warning(
        "all clips are of one class, %s: %s serve as further classes "
        "(--one_class %s)",
        name,
        STAND_INS[config.one_class],
        config.one_class,
    )


def _built_in_clips(
    config: Config, run: RunFolder, num_ids: int
) -> list[ListedClip]:
    """Normal clips of the built-in machines, generated into the run."""
    if config.recording_channel not in ("mean", 0):
        raise ValueError(
            "The built-in machines are recorded on one channel. Received: "
            f"recording_channel={config.recording_channel} . Use "
            "`--one_class transform`, and no built-in machines."
        )
    settings = SyntheticSettings(
        num_ids=num_ids,
        num_train=30,
        num_test_normal=0,
        num_test_anomaly=0,
        sampling_rate=max(16_000, config.sampling_rate),
        # The shortest clips that the built-in machines can make.
        seconds=max(0.5, config.clip_seconds),
        seed=config.seed + SEED_STEP,
    )
    generate(run.contrast, settings)
    contrast = [
        clip for clip in read_clips(run.contrast) if clip.split == "train"
    ]
    inspected, _ = inspect_clips(contrast)
    return [ListedClip(good.clip, "contrast", "", good) for good in inspected]
