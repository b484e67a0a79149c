"""A benchmark of two rows, and how to find things in its tables."""

import pathlib

import numpy as np

from pipelines.benchmarking.benchmark import BUILT_IN
from pipelines.benchmarking.benchmark import Benchmark
from pipelines.benchmarking.benchmark import BenchmarkRow
from pipelines.benchmarking.benchmark import PrintedNumbers
from pipelines.benchmarking.reading import read_settings
from pipelines.datasets.clip import Clip
from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.methods.scored_clip import ScoredClip

FEW = SyntheticSettings(
    machines=("fan",),
    num_ids=1,
    num_train=1,
    num_train_target=0,
    num_test_normal=2,
    num_test_anomaly=2,
    seconds=0.5,
)
PRINTED = PrintedNumbers(
    "Table 9",
    "own",
    {"fan": (91.0, 81.0, 71.0), "pump": (92.0, 82.0)},
    (90.0, 80.0),
)
ROWS = (
    BenchmarkRow(
        "weak_*",
        read_settings("training_free", {"embedder": {"num_mel_bins": 16}}, ""),
        note="odd",
    ),
    BenchmarkRow(
        "strong",
        read_settings("reduced", {"epochs": 2}, ""),
        ("Centroids",),
        PRINTED,
    ),
)
BENCHMARK = Benchmark(
    "mine", "Which?", ROWS, "weak_*", 2, built_in={BUILT_IN: FEW}
)
STRENGTHS = {"weak_*": 0.3, "strong": 2.0}


def make_scored(seed, strength=1.0, num_clips=12):
    """Scores of two machines of two sections; anomalies lie higher."""
    generator = np.random.default_rng(seed)
    return tuple(
        ScoredClip(
            Clip(
                pathlib.Path(f"/d/{machine}/{section}_{place:02d}.wav"),
                machine,
                section,
                "test",
                place % 2 == 1,
                ("source", "target")[place // 2 % 2],
            ),
            float(generator.normal() + strength * (place % 2)),
        )
        for machine in ("fan", "pump")
        for section in ("section_00", "section_01")
        for place in range(num_clips)
    )


def table_row(text, name):
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in text.splitlines()
        if line.startswith("|")
    ]
    ((_, *cells),) = [row for row in rows if row[0] == name]
    return cells


def section(text, heading):
    return text.partition(heading)[2].partition("###")[0]
