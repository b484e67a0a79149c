"""Judgement of a machine: its alarms, and its most unusual clips."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from pipelines.report.alarm_history import AlarmHistory
from pipelines.report.alarm_history import alarm_history
from pipelines.report.common_band import common_band
from pipelines.report.look import look_at
from pipelines.report.machine_part import MachinePart
from pipelines.report.model_facts import ModelFacts
from pipelines.report.report_clip import ReportClip
from pipelines.report.sounds import Sounds

# Alarms whose bands are compared; the first of them are shown.
NUM_COMPARED = 24


def machine_part(
    key: str,
    clips: Sequence[ReportClip],
    facts: ModelFacts,
    sounds: Sounds,
    num_shown: int,
) -> MachinePart:
    """Judges a machine's clips, and looks at the most unusual ones.

    Args:
        key: Key of the machine.
        clips: Its clips, in any order.
        facts: Facts of the model.
        sounds: Sounds of the page.
        num_shown: Number of clips that get pictures.

    >>> from pipelines.pictures.usual_sound import UsualSound
    >>> facts = ModelFacts(16_000, "mean", 0.05, {}, {}, UsualSound())
    >>> machine_part("fan/all", [], facts, Sounds(), 3).state
    'No decision'
    """
    clips = _in_order(clips)
    history = history_of(key, clips, facts)
    if not history.is_unusual:
        # One is enough to see what its strangest clip is like.
        num_shown = min(num_shown, max(history.num_alarms, 1))
    ranked = sorted(
        (clip for clip in clips if clip.score is not None),
        key=lambda clip: (not clip.is_alarm, -(clip.score or 0.0)),
    )
    looks = []
    for place, clip in enumerate(ranked):
        is_compared = bool(clip.is_alarm) and place < NUM_COMPARED
        if place < num_shown or (is_compared and history.is_unusual):
            looks.append(look_at(clip, facts, sounds, place < num_shown))
    of_alarms = [look for look in looks if look.clip.is_alarm]
    compared = [look.unusual for look in of_alarms if look.unusual is not None]
    usual = facts.usual.spectra.get(key)
    return MachinePart(
        key,
        tuple(clips),
        history,
        tuple(looks[:num_shown]),
        None if usual is None else common_band(compared, usual),
        sum(one.stands_out for one in compared),
        len(of_alarms),
        sum(bool(clip.is_anomaly) for clip in clips),
    )


def history_of(
    key: str, clips: Sequence[ReportClip], facts: ModelFacts
) -> AlarmHistory:
    """The alarms of a machine's clips.

    Args:
        key: Key of the machine.
        clips: Its clips in order.
        facts: Facts of the model.
    """
    decided = [clip for clip in clips if clip.is_alarm is not None]
    alarms = [bool(clip.is_alarm) for clip in decided]
    number = facts.num_calibrated.get(key, 0)
    threshold = facts.thresholds.get(key, np.nan)
    excess = None
    if np.isfinite(threshold):
        excess = [(clip.score or 0.0) - threshold for clip in decided]
    return alarm_history(alarms, facts.rate, number, excess)


def _in_order(clips: Sequence[ReportClip]) -> list[ReportClip]:
    """By time where all have one, and by name, numbers by their value."""
    is_by_time = all(clip.moment is not None for clip in clips)

    def place(clip: ReportClip) -> tuple[Any, ...]:
        parts = re.split(r"(\d+)", str(clip.path))
        parts[1::2] = [number.zfill(20) for number in parts[1::2]]
        moment = (clip.moment,) if is_by_time else ()
        return (*moment, parts, clip.start or 0.0)

    return sorted(clips, key=place)
