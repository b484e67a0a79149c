"""Recordings that have changed since a run listed them."""

import concurrent.futures
import dataclasses
import functools
import logging
import os
import pathlib
from collections.abc import Sequence

from pipelines.audio.broken_clips import check_broken_share
from pipelines.audio.inspection import MAX_THREADS
from pipelines.audio.inspection import inspect_clips
from pipelines.audio.recording_state import has_changed
from pipelines.runs.clip_list import ListedClip
from pipelines.runs.clip_list import read_clip_list
from pipelines.runs.clip_list import write_clip_list
from pipelines.runs.labels import class_name
from pipelines.settings.config import Config

logger = logging.getLogger(__name__)


def renew_clip_list(
    path: pathlib.Path, config: Config, verify: bool = False
) -> list[ListedClip]:
    """Reads a clip list, and inspects again what has changed since.

    A recording of another size or time is read; where its content differs, it
    is inspected again, and left out where it is missing or broken now. All of
    that is logged, and the list is written anew.

    Args:
        path: The list.
        config: Settings of the run.
        verify: Whether all recordings are read and compared.

    Raises:
        ValueError: If the list is damaged, or a class has no recording left to
            train on, or too many are broken; the list stays as it was.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "clips.csv")
    >>> write_clip_list(path, [])
    >>> renew_clip_list(path, Config())
    []
    """
    listed = read_clip_list(path)
    changed = _find_changed(listed, verify)
    if not changed:
        return listed
    inspected, broken = inspect_clips(
        [entry.clip for entry in changed], config.recording_channel
    )
    good = {one.clip.path: one for one in inspected}
    reasons = {clip.path: why for clip, why in broken}
    renewed = [_renew(entry, good, reasons) for entry in listed]
    _check(listed, renewed, config)
    for entry in changed:
        why = reasons.get(entry.clip.path)
        outcome = f"left out: {why}" if why else "inspected again"
        logger.warning("changed: %s: %s", entry.clip.path, outcome)
    logger.warning(
        "%d recordings have changed since the run began; epochs that had "
        "ended before heard them as they were",
        len(changed),
    )
    write_clip_list(path, renewed)
    return renewed


def _find_changed(
    listed: Sequence[ListedClip], verify: bool
) -> list[ListedClip]:
    bound = [entry for entry in listed if entry.inspected]
    num_threads = min(MAX_THREADS, os.cpu_count() or 1)
    check = functools.partial(_is_changed, verify=verify)
    with concurrent.futures.ThreadPoolExecutor(num_threads) as threads:
        found = threads.map(check, bound)
        return [
            entry for entry, is_so in zip(bound, found, strict=True) if is_so
        ]


def _is_changed(entry: ListedClip, verify: bool) -> bool:
    return entry.inspected is not None and has_changed(
        entry.clip.path, entry.inspected.state, verify
    )


def _renew(entry: ListedClip, good, reasons) -> ListedClip:
    path = entry.clip.path
    if path in reasons:
        return ListedClip(entry.clip, "left out", reasons[path])
    return dataclasses.replace(entry, inspected=good.get(path, entry.inspected))


def _check(
    before: Sequence[ListedClip], after: Sequence[ListedClip], config: Config
) -> None:
    """Refuses to go on where a class is lost, or too many clips are."""

    def classes(listed: Sequence[ListedClip]) -> set[tuple[str, str]]:
        return {
            (
                entry.role,
                class_name(entry.clip, config.classes, config.domain_classes),
            )
            for entry in listed
            if entry.role in ("train", "contrast")
        }

    if lost := sorted(classes(before) - classes(after)):
        shown = ", ".join(name for _, name in lost)
        raise ValueError(
            "Every class must keep a recording to train on. Received: none any "
            f"more of {shown}, of which there were some when the run began. "
            "Bring the recordings back; the same command goes on."
        )
    train = [one for one in after if one.clip.split == "train"]
    broken = [(one.clip, one.reason) for one in train if one.reason]
    check_broken_share(broken, len(train), config.max_broken_share)
