"""Check of a new version before it is used: faults and false alarms."""

import dataclasses
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

from keras_asd.models import AnomalyDetector
from pipelines.calibration.false_alarms import fresh_alarms_band
from pipelines.calibration.false_alarms import needed_clips
from pipelines.calibration.normal_scores import NormalScores
from pipelines.feedback.known_faults import KnownFault
from pipelines.feedback.known_faults import describe_hits
from pipelines.feedback.known_faults import is_alarm

NUM_SHOWN = 5


@dataclasses.dataclass(frozen=True)
class VersionCheck:
    """What a check found.

    Args:
        lines: Sentences on it.
        faults: Reasons not to use the version.

    >>> VersionCheck([], []).faults
    []
    """

    lines: Sequence[str]
    faults: Sequence[str]


def check_version(
    before: AnomalyDetector,
    after: AnomalyDetector,
    machine: str,
    known_faults: Sequence[KnownFault],
    scores: Mapping[str, NormalScores],
) -> VersionCheck:
    """Compares a new version with the one in use.

    Args:
        before: Detector in use.
        after: Detector of the new version.
        machine: Key of the machine that it differs in.
        known_faults: Known faults of all machines.
        scores: Normal scores that the new version was calibrated with.

    >>> check_version(None, None, "fan/a", [], {}).lines
    []
    """
    lines, faults, lost = [], [], []
    rate = None if after is None else after.calibration.false_alarm_rate
    if machine in scores:
        normal = scores[machine].scores
        number = int(is_alarm(after, machine, normal).sum())
        size = len(normal)
        share = f"{100 * rate:.3g} %"
        if size < needed_clips(rate):
            lines.append(
                f"{machine}: no alarm is possible at a rate of {share} from "
                f"{size} normal clips, {needed_clips(rate)} are needed"
            )
        else:
            low, high = fresh_alarms_band(rate, size, size)
            lines.append(
                f"{machine}: {number} of {size} normal clips raise an alarm "
                f"when left out, {share} requested (by chance {low} to {high})"
            )
            if number > high:
                faults.append(
                    f"{number} of {size} normal clips of {machine} would raise "
                    f"an alarm, more than {high}"
                )
    num_before = num_after = num_clips = 0
    for fault in known_faults:
        if fault.machine != machine:
            continue
        then, now = fault.is_alarm(before), fault.is_alarm(after)
        num_before += int(then.sum())
        num_after += int(now.sum())
        num_clips += len(then)
        lost += [
            f"{fault.title}: {fault.clips[index]}"
            for index in np.flatnonzero(then & ~now)
        ]
    if num_clips:
        hits = describe_hits(num_after, num_clips)
        lines.append(f"{machine}: {hits}, {num_before} before")
    if lost:
        shown = "; ".join(lost[:NUM_SHOWN])
        more = "; ..." if len(lost) > NUM_SHOWN else ""
        faults.append(
            f"{len(lost)} clips of known faults of {machine} would not be "
            f"found any more: {shown}{more}"
        )
    return VersionCheck(lines, faults)
