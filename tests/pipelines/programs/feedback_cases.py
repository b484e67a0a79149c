"""A run of two machines, and recordings to tell it of."""

import dataclasses
import pathlib
import shutil

import numpy as np

from pipelines.programs.train import train
from pipelines.runs.artefacts import load_detector
from pipelines.runs.stages import find_run
from pipelines.scoring.batch_scoring import score_clips
from pipelines.scoring.clip_scorer import load_scorer
from pipelines.scoring.scoring_settings import ScoringSettings
from pipelines.settings.presets import choose_preset
from pipelines.settings.reading import read_settings
from tests.hostile.world import RATE
from tests.hostile.world import write_hum
from tests.hostile.world import write_recordings

SETTINGS = {
    "sampling_rate": RATE,
    "clip_seconds": 0.5,
    "embedder.num_mel_bins": 8,
    "embedder.embedding_dim": 4,
}
OTHER, TOLD = "fan/id_02", "fan/id_00"


@dataclasses.dataclass(frozen=True)
class Place:
    """A folder with recordings and a run."""

    folder: pathlib.Path

    @property
    def run(self):
        return str(self.folder / "run")

    @property
    def data(self):
        return self.folder / "data"

    def make(self, preset="training_free", settings=SETTINGS):
        write_recordings(self.data, num_train=20, num_test=4)
        config = read_settings(settings, choose_preset(preset))
        train([str(self.data)], config, self.run)
        return self

    def copy(self, folder):
        shutil.copytree(self.folder, folder)
        return Place(folder)

    def hums(self, name, hz, number, first=0):
        """A folder of hums."""
        for index in range(first, first + number):
            path = self.folder / name / f"{index:03d}.wav"
            write_hum(path, hz, seed=1000 * hz + index)
        return str(self.folder / name)

    def scores(self, key, folder, run=None):
        """Scores, p-values and decisions of the recordings of a folder."""
        scorer = load_scorer(run or self.run)
        paths = sorted(map(str, pathlib.Path(folder).rglob("*.wav")))
        rows = score_clips(scorer, paths, ScoringSettings(key))
        names = ("anomaly_score", "p_value", "decision")
        return np.array([[row[name] for name in names] for row in rows])

    def detector(self):
        return load_detector(find_run(self.run))
