"""Recordings, a run, an export and a benchmark that the commands work on."""

import dataclasses
import pathlib
import shutil

import numpy as np
import soundfile
import yaml

from tests.hostile.fork_server import ForkServer
from tests.hostile.verbs import FREE

RATE = 4_000
BENCHMARK = {
    "question": "Does it end?",
    "seeds": 1,
    "built_in": {
        "machines": ["fan"],
        "num_ids": 1,
        "num_train": 4,
        "num_train_target": 0,
        "num_test_normal": 2,
        "num_test_anomaly": 2,
        "seconds": 0.5,
    },
    "rows": [
        {
            "name": "free",
            "preset": "training_free",
            "changes": {"clip_seconds": 0.5, "sampling_rate": RATE},
        }
    ],
}


def write_hum(path, hz, seed, seconds=0.5, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    time = np.arange(round(seconds * RATE)) / RATE
    noise = np.random.default_rng(seed).standard_normal(len(time))
    hum = 0.1 * np.sin(2 * np.pi * hz * time) + 0.02 * noise
    soundfile.write(path, hum, RATE, **options)
    return path


def write_recordings(folder, num_train, num_test):
    for unit, hz in (("id_00", 120), ("id_02", 300)):
        for index in range(num_train):
            name = f"fan/train/normal_{unit}_{index:08d}.wav"
            write_hum(folder / name, hz, len(folder.name) + index)
        for index in range(num_test):
            for label, factor in (("normal", 1), ("anomaly", 2)):
                name = f"fan/test/{label}_{unit}_{index:08d}.wav"
                write_hum(folder / name, factor * hz, 100 + index)


@dataclasses.dataclass(frozen=True)
class World:
    """Places that the words of a command name, and who runs it."""

    folder: pathlib.Path
    server: ForkServer
    zenodo: str

    @property
    def run(self):
        return self.folder / "made" / "run"

    @property
    def models(self):
        return self.folder / "models"

    def words(self, verb):
        data = self.folder / "data"
        places = {
            "data": data,
            "fresh": self.folder / "fresh",
            "clip": data / "fan/test/normal_id_00_00000000.wav",
            "run": self.run,
            "models": self.models,
            "fan": self.models / "fan",
            "clips": self.folder / "clips.csv",
            "parts": self.folder / "parts",
            "benchmark": self.folder / "benchmark.yaml",
            "zenodo": self.zenodo,
        }
        return [verb.name, *verb.words.format(**places).split()]

    def prepare(self, verb, folder):
        """Makes the working folder of a command."""
        folder.mkdir(parents=True, exist_ok=True)
        if verb.run:
            shutil.copytree(self.run, folder / "run")
        return folder

    def make(self):
        write_recordings(self.folder / "data", num_train=8, num_test=3)
        write_recordings(self.folder / "fresh", num_train=12, num_test=0)
        benchmark = self.folder / "benchmark.yaml"
        benchmark.write_text(yaml.safe_dump(BENCHMARK))
        self.run.parent.mkdir()
        words = f"train {self.folder}/data --run run --false_alarm_rate 0.2"
        (self.folder / "clips.csv").write_text(
            "path\n"
            + "".join(
                f"{path.relative_to(self.folder)}\n"
                for path in sorted(self.folder.glob("data/fan/*/*.wav"))
            )
        )
        score = f"score run --clips {self.folder}/clips.csv --batch_size 1"
        for line in (
            f"{words} {FREE}",
            f"export run --to {self.models}/fan",
            f"{score} --shard 0/2 --out {self.folder}/parts/0.csv",
            f"{score} --shard 1/2 --out {self.folder}/parts/1.csv",
        ):
            done = self.server.do(line.split(), self.run.parent)
            assert done.code == 0, done.text
        return self
