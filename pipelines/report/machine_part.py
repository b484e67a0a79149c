"""Machine part: what a report says of one machine."""

import dataclasses

from pipelines.files.names import escape_name
from pipelines.report.alarm_history import AlarmHistory
from pipelines.report.common_band import CommonBand
from pipelines.report.look import Look
from pipelines.report.report_clip import ReportClip
from pipelines.report.score_pictures import is_timed
from pipelines.report.score_pictures import time_text


@dataclasses.dataclass(frozen=True)
class MachinePart:
    """What a report says of one machine.

    Args:
        key: Key of the machine.
        clips: Its clips in the order of their recording.
        history: Its alarms.
        looks: Its most unusual clips, with pictures.
        common: Band in which its alarms are unusual as a group.
        num_standing_out: Number of alarms in which something stands out.
        num_looked_at: Number of alarms that were looked at.
        num_faults: Number of clips that are known to be faults.

    >>> history = AlarmHistory(0, 0, (0, 0), 1.0, None)
    >>> MachinePart("fan/all", (), history, (), None).name
    'fan'
    """

    key: str
    clips: tuple[ReportClip, ...]
    history: AlarmHistory
    looks: tuple[Look, ...]
    common: CommonBand | None
    num_standing_out: int = 0
    num_looked_at: int = 0
    num_faults: int = 0

    @property
    def name(self) -> str:
        """Name of the machine, without a section that says nothing."""
        return self.key.removesuffix("/all")

    @property
    def scored(self) -> list[ReportClip]:
        """Clips that have a score."""
        return [clip for clip in self.clips if clip.score is not None]

    @property
    def decided(self) -> list[ReportClip]:
        """Clips that have a decision."""
        return [clip for clip in self.clips if clip.is_alarm is not None]

    @property
    def state(self) -> str:
        """What to do about it, in two or three words."""
        if self.history.is_unusual:
            return "Look first"
        if not self.history.num_decided:
            return "No decision"
        return "As by chance" if self.history.num_alarms else "No alarm"

    @property
    def numbers(self) -> str:
        """Alarms beside those that chance would give, in a sentence."""
        history = self.history
        if not self.scored:
            return "None of its clips could be scored."
        if not history.num_decided:
            return (
                "It has scores, but no decisions: the model has too few "
                "normal clips of it for the requested false-alarm rate."
            )
        if self.num_faults:
            found = sum(bool(c.is_alarm) for c in self.decided if c.is_anomaly)
            others = [c for c in self.decided if not c.is_anomaly]
            return (
                f"{found} of {self.num_faults} known faults raised an alarm, "
                f"and {sum(bool(c.is_alarm) for c in others)} of "
                f"{len(others)} normal clips."
            )
        low, high = history.band
        span = f"{low} to {high}" if low < high else f"{high}"
        return (
            f"{history.num_alarms} of {history.num_decided} clips raised an "
            f"alarm; by chance it would be {span}."
        )

    @property
    def since(self) -> str:
        """Since when there are more alarms than by chance, in a sentence."""
        start = self.history.since
        # Clips with labels are collected, and have no history.
        if start is None or self.num_faults:
            return ""
        decided = self.decided
        alarms = [bool(clip.is_alarm) for clip in decided]
        before, num_before, after, num_after = self.history.count(alarms)
        clip = decided[start]
        if not num_before:
            return "Alarms from the first clip on."
        then = f"{after} of the {num_after} clips since then"
        earlier = f"{before} of the {num_before} before"
        if clip.moment is not None and is_timed(decided):
            place = time_text(clip.moment)
        else:
            name = escape_name(clip.name)
            place = f"clip {start + 1} of {len(decided)} by name, {name}"
        return f"Alarms since {place}: {then}, {earlier}."

    @property
    def band(self) -> str:
        """What is unusual in the alarms, in a sentence."""
        if not self.num_looked_at:
            return ""
        among = f"of {self.num_looked_at} alarms"
        if self.num_looked_at < self.history.num_alarms:
            among = f"of the {self.num_looked_at} strangest alarms"
        if self.common is not None:
            common = f"common to {self.common.number} {among}"
            return f"{_begin(self.common.sentence)} ({common})."
        if self.num_standing_out:
            return (
                f"No band is common to its alarms; something stands out in "
                f"{self.num_standing_out} {among}."
            )
        if any(look.unusual is not None for look in self.looks):
            return (
                "Nothing stands out in the spectrum of its alarms: listen to "
                "them, the difference may lie in the pattern of the sound."
            )
        return _begin(self.looks[0].sentence) + "." if self.looks else ""


def _begin(sentence: str) -> str:
    """The sentence with a capital letter, if it begins with a word."""
    return sentence[:1].upper() + sentence[1:]
