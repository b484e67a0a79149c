"""Notes on a run's data: what is not heard, and what folders were taken for."""

import collections
from collections.abc import Iterable
from collections.abc import Sequence

from pipelines.audio.inspected_clip import InspectedClip
from pipelines.datasets.time_names import mark_times
from pipelines.datasets.tree_position import LABELS
from pipelines.datasets.tree_position import SPLITS
from pipelines.datasets.tree_position import is_mimii_id
from pipelines.files.names import escape_name
from pipelines.settings.config import Config

NUM_NAMES = 3


def cut_notes(clips: Sequence[InspectedClip], config: Config) -> list[str]:
    """Returns what of the recordings is not heard, a line each.

    Args:
        clips: Normal clips.
        config: Settings of the run.

    >>> cut_notes([], Config())
    []
    """
    notes = []
    heard = config.sampling_rate
    high = [clip for clip in clips if clip.sampling_rate > heard]
    if high:
        highest = max(clip.sampling_rate for clip in high)
        notes.append(
            f"{_share(high, clips)} of up to {kilohertz(highest)} kHz: sound "
            f"above {kilohertz(heard / 2)} kHz is not heard; --sampling_rate "
            f"{highest} keeps it"
        )
    low = [clip for clip in clips if clip.sampling_rate < heard]
    if low and len(low) < len(clips):
        lowest = min(clip.sampling_rate for clip in low)
        notes.append(
            f"{_share(low, clips)} of {kilohertz(lowest)} kHz or more, with no "
            f"sound above {kilohertz(lowest / 2)} kHz; --sampling_rate "
            f"{lowest} makes all alike"
        )
    several = [clip for clip in clips if clip.num_channels > 1]
    if several:
        notes.append(
            f"{_share(several, clips)} of several channels: of these "
            f"--recording_channel {config.recording_channel} is heard"
        )
    return notes


def folder_notes(clips: Sequence[InspectedClip]) -> list[str]:
    """Returns which folders were taken for sections, and which were not.

    Args:
        clips: Normal clips of the plain layout and others.

    >>> folder_notes([])
    []
    """
    dates: dict[str, None] = {}
    named: dict[str, None] = {}
    for one in clips:
        names = _folders_in_machine(one)
        is_dated = any(mark_times(names))
        if is_dated and one.clip.section == "all":
            dates["/".join(names)] = None
        elif one.clip.section in names and not is_mimii_id(names[-1]):
            named[one.clip.key] = None
    notes = []
    if dates:
        notes.append(
            f"dates and shifts are no sections, such as {_some(dates)}; "
            "--sections folders makes them some"
        )
    if named:
        notes.append(
            f"folders are sections, such as {_some(named)}; --sections one "
            "joins them"
        )
    return notes


def _folders_in_machine(one: InspectedClip) -> list[str]:
    """Names of the folders below the machine's that may name a section."""
    names: collections.deque[str] = collections.deque()
    for folder in one.clip.path.parents:
        if folder.name == one.clip.machine:
            return list(names)
        if folder.name.casefold() not in (*SPLITS, *LABELS):
            names.appendleft(folder.name)
    return []


def _share(some: Sequence[InspectedClip], of: Sequence[InspectedClip]) -> str:
    if len(some) == len(of):
        return "all clips are"
    return f"{len(some)} of {len(of)} clips are"


def _some(names: Iterable[str]) -> str:
    names = list(names)
    shown = ", ".join(map(escape_name, names[:NUM_NAMES]))
    return (
        f"{shown} and {len(names) - NUM_NAMES} more"
        if (len(names) > NUM_NAMES)
        else shown
    )


def kilohertz(hz: float) -> str:
    """Returns a frequency in kHz, without a unit.

    >>> kilohertz(22_050)
    '22.05'
    """
    return f"{hz / 1000:g}"
