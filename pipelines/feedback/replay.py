"""Replay of kept sounds by two detectors: alarms gained and lost."""

import dataclasses
from collections.abc import Sequence

from keras_asd.models import AnomalyDetector
from pipelines.scoring.batch_scoring import score_clips
from pipelines.scoring.scoring_settings import ScoringSettings
from pipelines.scoring.tensorflow_scorer import scorer_of


@dataclasses.dataclass(frozen=True)
class Replay:
    """Windows of kept sounds that raise an alarm with one detector or both.

    Args:
        num_windows: Number of windows that both could judge.
        num_before: Alarms of the detector in use.
        num_gained: Alarms of the new one alone.
        num_lost: Alarms of the one in use alone.

    >>> Replay(94, 40, 1, 38).describe(12, 7.0)
    '12 kept sounds of the last 7 days (94 windows): 40 alarms before, 3 now...
    """

    num_windows: int
    num_before: int
    num_gained: int
    num_lost: int

    def describe(self, num_sounds: int, days: float) -> str:
        """Sentence on it."""
        num_now = self.num_before + self.num_gained - self.num_lost
        return (
            f"{num_sounds} kept sounds of the last {days:g} days "
            f"({self.num_windows} windows): {self.num_before} alarms before, "
            f"{num_now} now; {self.num_lost} lost, {self.num_gained} gained"
        )


def replay(
    before: AnomalyDetector,
    after: AnomalyDetector,
    machine: str,
    sounds: Sequence[str],
    recording_channel: int | str,
) -> Replay:
    """Scores sounds window by window with both detectors.

    Args:
        before: Detector in use.
        after: New detector.
        machine: Key of the machine.
        sounds: Paths of its kept sounds.
        recording_channel: Channel of recordings, `"mean"` or an index.

    >>> replay(None, None, "fan/a", [], "mean")
    Replay(num_windows=0, num_before=0, num_gained=0, num_lost=0)
    """
    if not sounds:
        return Replay(0, 0, 0, 0)
    found = []
    for detector in (before, after):
        scorer = scorer_of(detector, recording_channel)
        seconds = scorer.samples / scorer.sampling_rate
        settings = ScoringSettings(machine, seconds)
        rows = score_clips(scorer, sounds, settings)
        found.append([row["decision"] for row in rows])
    pairs = [
        (old == 1, new == 1)
        for old, new in zip(*found, strict=True)
        if old is not None and new is not None
    ]
    return Replay(
        len(pairs),
        sum(old for old, _ in pairs),
        sum(new and not old for old, new in pairs),
        sum(old and not new for old, new in pairs),
    )
