"""Clips that people give: read, and checked against those that are known."""

import logging
import pathlib
from collections.abc import Mapping
from collections.abc import Sequence

from pipelines.audio.broken_clips import warn_of_broken_clips
from pipelines.audio.inspected_clip import InspectedClip
from pipelines.audio.inspection import inspect_clips
from pipelines.datasets.clip import Clip
from pipelines.datasets.clip_keys import find_key
from pipelines.datasets.recording_folder import find_recordings
from pipelines.datasets.sessions import with_sessions

logger = logging.getLogger(__name__)


def read_given(
    paths: Sequence[str],
    machine: str | None,
    keys: Sequence[str],
    channel: int | str,
    is_fault: bool = False,
    domain: str | None = None,
) -> list[InspectedClip]:
    """Recordings and folders of one machine, each recording once.

    Args:
        paths: Recordings, or folders.
        machine: Key of the machine; what names and folders say if `None`.
        keys: Keys that the detector knows; a bare machine is none to learn.
        channel: `"mean"` over the channels, or the index of one.
        is_fault: Whether they are faults.
        domain: Domain of the clips.

    Raises:
        FileNotFoundError: If a folder holds no recording.
        ValueError: If they are not of one machine, or none is valid.

    >>> read_given(["a.wav"], "pump/id_00", ["fan/id_00"], "mean")
    Traceback (most recent call last):
    ValueError: Feedback must be about one machine of the run. ...
    """
    sections = [key for key in keys if "/" in key]
    found = find_recordings(paths)
    if machine is None and len(sections) == 1:
        machine = sections[0]
    names = {machine} if machine else {find_key(one, sections) for one in found}
    if len(names) != 1 or not names <= set(sections):
        raise ValueError(
            "Feedback must be about one machine of the run. Received: "
            f"{', '.join(sorted(names))}. Give --machine, one of "
            f"{', '.join(sections)}."
        )
    return inspect_given(found, names.pop(), channel, is_fault, domain)


def inspect_given(
    paths: Sequence[str],
    machine: str,
    channel: int | str,
    is_fault: bool = False,
    domain: str | None = None,
) -> list[InspectedClip]:
    """Recordings of a machine that can be decoded, each content once.

    Args:
        paths: Recordings.
        machine: Key of their machine.
        channel: `"mean"` over the channels, or the index of one.
        is_fault: Whether they are faults.
        domain: Domain of the clips.

    Raises:
        ValueError: If none is valid.

    >>> inspect_given(["no_such.wav"], "fan/id_00", "mean")
    Traceback (most recent call last):
    ValueError: There must be a recording that can be read. Received: 1 ...
    """
    kind, _, section = machine.rpartition("/")
    split = "test" if is_fault else "train"
    clips = with_sessions(
        Clip(
            pathlib.Path(path).absolute(),
            kind,
            section,
            split,
            is_fault,
            domain,
        )
        for path in paths
    )
    valid, broken = inspect_clips(clips, channel)
    warn_of_broken_clips(broken, len(clips))
    if not valid:
        raise ValueError(
            "There must be a recording that can be read. Received: "
            f"{len(clips)} of {machine}, none of which can. Give others."
        )
    return list({one.sha256: one for one in reversed(valid)}.values())[::-1]


def drop_known(
    given: Sequence[InspectedClip], known: Mapping[str, str]
) -> list[InspectedClip]:
    """The clips that are not known yet; the others are counted in the log.

    Args:
        given: Clips.
        known: What a clip is known as, by its SHA-256.

    >>> drop_known([], {})
    []
    """
    fresh = [one for one in given if one.sha256 not in known]
    names = [known[one.sha256] for one in given if one.sha256 in known]
    for name in dict.fromkeys(names):
        logger.warning(
            "left out: %d clips that are known already, by %s",
            names.count(name),
            name,
        )
    return fresh
