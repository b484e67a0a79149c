"""Promises of a calibration: which machines decide at a requested rate."""

import logging
import math
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipelines.calibration.calibration_sources import WAY_OUT
from pipelines.calibration.false_alarms import least_rate
from pipelines.calibration.false_alarms import needed_clips
from pipelines.datasets.sessions import session_groups
from pipelines.methods.choice import choose_method
from pipelines.runs.clip_list import ListedClip
from pipelines.runs.clip_list import normal_clips
from pipelines.runs.holdout import is_apart
from pipelines.settings.config import Config

logger = logging.getLogger(__name__)

NUM_NAMED = 4


def find_unseen(
    listed: Sequence[ListedClip], config: Config
) -> NDArray[np.bool_]:
    """Whether the embedder is not trained on each normal clip, `(clips,)`.

    Nor on another clip of its recording session, where a section has several.

    Args:
        listed: Clips of the run with their roles.
        config: Settings of the run.

    >>> find_unseen([], Config()).shape
    (0,)
    """
    clips = [one.clip for one in normal_clips(listed)]
    if not choose_method(config).has_seen_clips:
        return np.ones(len(clips), bool)
    held_out = {one.clip.path for one in listed if one.role == "held out"}
    sessions = session_groups(
        [clip.key for clip in clips], [clip.session for clip in clips]
    )
    is_held_out = np.array([clip.path in held_out for clip in clips], bool)
    return is_apart(is_held_out, sessions)


def planned_clips(
    listed: Sequence[ListedClip], config: Config
) -> dict[str, dict[str, int]]:
    """Number of calibration clips of each section, in each domain.

    Args:
        listed: Clips of the run with their roles.
        config: Settings of the run.

    Returns:
        Mapping from section to numbers by domain, `"source"` (or unknown) and
        `"target"`.

    >>> planned_clips([], Config())
    {}
    """
    counts: dict[str, dict[str, int]] = {}
    clips = normal_clips(listed)
    for one, is_unseen in zip(clips, find_unseen(listed, config), strict=True):
        of_key = counts.setdefault(one.clip.key, {"source": 0, "target": 0})
        domain = "target" if one.clip.domain == "target" else "source"
        of_key[domain] += int(is_unseen)
    return counts


def describe_promises(
    counts: Mapping[str, Mapping[str, int]], rate: float
) -> list[str]:
    """One line for each kind of promise that cannot be given.

    Args:
        counts: Number of calibration clips by section and domain.
        rate: Requested false-alarm rate, in `(0, 1)`.

    >>> [line] = describe_promises({"fan/a": {"source": 8}}, 0.05)
    >>> line
    'no alarm will ever be possible at a rate of 5 % for fan/a (8 clips): 19...
    """
    needed = needed_clips(rate)
    totals = {key: sum(of_key.values()) for key, of_key in counts.items()}
    lines = []
    if without := [key for key, total in totals.items() if not total]:
        lines.append(
            f"uncalibrated, no decisions: {_name(without)}. The network is "
            "trained on all their clips, or on others of the same recording "
            f"sessions. {WAY_OUT}"
        )
    few = {key: total for key, total in totals.items() if 0 < total < needed}
    if few:
        least = min(few.values())
        lines.append(
            f"no alarm will ever be possible at a rate of {100 * rate:.3g} % "
            f"for {_name(few)}: {needed} are needed; {needed - least} more "
            "unseen clips would do (keras-asd calibrate RUN FRESH takes fresh "
            "ones), or a rate of "
            f"{100 * _round_up(least_rate(least)):.3g} % "
            f"(--false_alarm_rate {_round_up(least_rate(least)):.3g})"
        )
    for domain in ("source", "target", "enrolled"):
        unsure = {
            key: of_key[domain]
            for key, of_key in counts.items()
            if 0 < of_key.get(domain, 0) < needed <= totals[key]
        }
        if unsure:
            lines.append(
                f"no promise for the {domain} domain of {_name(unsure)}: "
                f"{needed} are needed"
            )
    return lines


def describe_sessions(listed: Sequence[ListedClip]) -> list[str]:
    """A line if machines were heard in one recording session alone.

    Args:
        listed: Clips of the run with their roles.

    >>> describe_sessions([])
    []
    """
    sessions: dict[str, set[str]] = {}
    for one in normal_clips(listed):
        sessions.setdefault(one.clip.key, set()).add(one.clip.session)
    alone = [
        key
        for key, names in sessions.items()
        if len(names) == 1 and names != {""}
    ]
    if not alone:
        return []
    return [
        f"heard in one recording session alone: {_name(alone)}. Another day "
        "may raise more false alarms than requested: record on several days"
    ]


def warn_of_promises(
    counts: Mapping[str, Mapping[str, int]], rate: float
) -> None:
    """Logs the lines of `describe_promises`.

    >>> warn_of_promises({"fan/a": {"source": 19}}, 0.05)
    """
    for line in describe_promises(counts, rate):
        logger.warning("%s", line)


def _name(keys: Sequence[str] | Mapping[str, int]) -> str:
    """Names of some keys, with their numbers of clips."""
    names = [
        f"{key} ({_count(keys[key])})" if isinstance(keys, Mapping) else key
        for key in keys
    ]
    more = len(names) - NUM_NAMED
    if more > 0:
        names = [*names[:NUM_NAMED], f"{more} more"]
    return ", ".join(names)


def _count(number: int) -> str:
    return f"{number} clip{'' if number == 1 else 's'}"


def _round_up(rate: float) -> float:
    """The rate with two digits, never less.

    >>> _round_up(1 / 9), _round_up(0.05)
    (0.12, 0.05)
    """
    step = 10.0 ** (math.floor(math.log10(rate)) - 1)
    return round(math.ceil(rate / step - 1e-9) * step, 12)
