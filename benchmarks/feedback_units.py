"""Made-up units for feedback: at another speed, told, judged."""

import dataclasses
import pathlib
from collections.abc import Sequence

import numpy as np
import soundfile

from keras_asd.metrics import roc_auc
from pipelines import atomic
from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.datasets.synthetic.machine import Machine
from pipelines.datasets.synthetic.recording import Recording
from pipelines.scoring.batch_scoring import score_clips
from pipelines.scoring.clip_scorer import load_scorer
from pipelines.scoring.scoring_settings import ScoringSettings


@dataclasses.dataclass(frozen=True)
class Plan:
    """Numbers of clips of each unit.

    Args:
        num_train: Normal clips of the training.
        num_told: Normal clips that are told, or enrolled.
        num_fresh: Fresh normal clips, and clips with faults.
        seconds: Length of a clip.
        preset: Preset of the detector.

    >>> Plan().num_told
    30
    """

    num_train: int = 60
    num_told: int = 30
    num_fresh: int = 60
    seconds: float = 4.0
    preset: str = "training_free_views"


@dataclasses.dataclass(frozen=True)
class Faster(Recording):
    """A clip of a unit that turns at another speed.

    Args:
        speed: Factor of the speed.
    """

    speed: float = 1.0

    @property
    def unit(self) -> Machine:
        """The unit at that speed."""
        unit = super().unit
        return dataclasses.replace(
            unit,
            shaft_hz=unit.shaft_hz * self.speed,
            stroke_seconds=unit.stroke_seconds / self.speed,
        )


def write_clips(
    folder: pathlib.Path,
    plan: Plan,
    recordings: Sequence[Recording],
) -> str:
    """Writes clips that are not there yet; returns the folder."""
    settings = SyntheticSettings(seconds=plan.seconds)
    folder.mkdir(parents=True, exist_ok=True)
    for one in recordings:
        path = folder / one.file_name
        if not path.exists():
            with atomic.replacing(path) as temporary:
                waveform = one.waveform(settings)
                soundfile.write(temporary, waveform, settings.sampling_rate)
    return str(folder)


def clips(
    machine: str,
    section: int,
    seed: int,
    first: int,
    number: int,
    is_anomaly: bool = False,
    speed: float = 1.0,
) -> list[Recording]:
    """Clips of a unit, by their indices."""
    split = "test" if is_anomaly else "train"
    fields = machine, section, split, "source", is_anomaly
    return [
        Faster(*fields, index, seed, speed)
        for index in range(first, first + number)
    ]


def judge(run: str, key: str, folder: str) -> tuple[list[float], float]:
    """Scores of the clips of a folder, and the share that raises an alarm."""
    scorer = load_scorer(run)
    paths = sorted(map(str, pathlib.Path(folder).glob("*.wav")))
    rows = list(score_clips(scorer, paths, ScoringSettings(key)))
    scores = [row["anomaly_score"] for row in rows]
    return scores, float(np.mean([row["decision"] == 1 for row in rows]))


def judge_both(place, run, key, name, seed, plan, speed) -> dict[str, float]:
    """AUC, share of false alarms and of hits of a unit's fresh clips."""
    machine, section = key.split("/section_")
    where = place / "fresh" / name / key.replace("/", "_")
    given = machine, int(section), seed, 1000, plan.num_fresh
    normal = write_clips(where / "normal", plan, clips(*given, speed=speed))
    fault = write_clips(where / "fault", plan, clips(*given, True, speed))
    run = str(place / run)
    (low, false_alarms), (high, hits) = (
        judge(run, key, folder) for folder in (normal, fault)
    )
    labels = np.repeat([0, 1], [len(low), len(high)])
    auc = float(roc_auc(labels, np.array(low + high)))
    return {"false": false_alarms, "hits": hits, "auc": auc}
