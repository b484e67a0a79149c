"""Coverage of the judge's intervals, on data sets of known true areas.

A program of its own, `python -m benchmarks.intervals`: scores are drawn from
normal distributions, judged as `evaluate` judges them, and a table says in how
many of the data sets each 95 % interval holds the true value. Beside it stands
the same of plain percentiles of the resamples.
"""

import argparse
import dataclasses
import pathlib
import statistics
import sys
from collections.abc import Sequence

import numpy as np
import scipy.integrate
import scipy.stats
from numpy.typing import NDArray

from keras_asd.metrics import lowest_area
from keras_asd.metrics import percentile_interval
from keras_asd.metrics.dcase import MAX_FPR
from pipelines.datasets.clip import Clip
from pipelines.evaluation.judging import judge_clips
from pipelines.evaluation.tables import NOTHING
from pipelines.evaluation.tables import Table
from pipelines.methods.scored_clip import ScoredClip

METRICS = {
    "auc": "AUC",
    "pauc": "pAUC",
    "mauc": "mAUC",
    "official_score": "official score of 2020",
}
HEADER = ("normal + anomalous clips", "true AUC, pAUC, %", "mean pAUC, %")


@dataclasses.dataclass(frozen=True)
class Row:
    """What data sets are drawn from.

    Args:
        num_normal: Normal clips of each section; their scores have mean 0 and
            deviation 1.
        num_anomaly: Anomalies of each section.
        auc: True AUC of each section.
        deviation: Deviation of the anomalies' scores.
        num_sections: Number of sections of one machine.

    >>> Row(30, 7, 0.76).name, round(Row(30, 7, 0.76).true_pauc, 3)
    ('30 + 7', 0.602)
    """

    num_normal: int
    num_anomaly: int
    auc: float
    deviation: float = 1.0
    num_sections: int = 1

    @property
    def name(self) -> str:
        """Clips, and what is not as in most rows."""
        name = f"{self.num_normal} + {self.num_anomaly}"
        if self.num_sections > 1:
            name = f"{self.num_sections} sections of {name}"
        if self.deviation != 1:
            name += f", anomalies {self.deviation:g} times as spread"
        return name

    @property
    def mean(self) -> float:
        """Mean of the anomalies' scores."""
        far = statistics.NormalDist().inv_cdf(self.auc)
        return far * (1 + self.deviation**2) ** 0.5

    @property
    def true_pauc(self) -> float:
        """True partial AUC, standardised."""
        share, _ = scipy.integrate.quad(
            lambda rate: scipy.stats.norm.cdf(
                (self.mean - scipy.stats.norm.isf(rate)) / self.deviation
            ),
            0,
            MAX_FPR,
        )
        lowest = lowest_area(MAX_FPR)
        return lowest + (1 - lowest) * share / MAX_FPR

    @property
    def truth(self) -> dict[str, float]:
        """True value of each metric; all sections are alike."""
        both = (self.auc + self.true_pauc) / 2
        areas = (self.auc, self.true_pauc, self.auc, both)
        return dict(zip(METRICS, areas, strict=True))

    def draw(self, generator: np.random.Generator) -> list[ScoredClip]:
        """Scored clips of one data set."""
        labels = [False] * self.num_normal + [True] * self.num_anomaly
        scored = []
        for section in range(self.num_sections):
            scores = generator.normal(size=len(labels))
            scores[labels] = self.mean + self.deviation * scores[labels]
            for place, is_anomaly in enumerate(labels):
                path = pathlib.Path(f"{section:02d}_{place:04d}.wav")
                clip = Clip(
                    path, "fan", f"id_{section:02d}", "test", is_anomaly
                )
                scored.append(ScoredClip(clip, float(scores[place])))
        return scored


ROWS = (
    *(
        Row(*clips, auc)
        for clips in ((30, 30), (30, 7), (10, 10), (50, 50), (100, 100))
        for auc in (0.76, 0.96)
    ),
    Row(10, 10, 0.5),
    Row(30, 30, 0.5),
    Row(4, 4, 0.76),
    Row(30, 4, 0.76),
    Row(10, 4, 0.96),
    Row(30, 30, 0.96, deviation=2.0),
    Row(30, 30, 0.9, deviation=0.5),
    Row(10, 10, 0.9, deviation=0.5),
    Row(10, 10, 0.76, num_sections=6),
    Row(30, 30, 0.76, num_sections=6),
    Row(10, 10, 0.96, num_sections=6),
)


def measure(
    row: Row, num_sets: int, num_resamples: int = 1000, seed: int = 0
) -> dict[str, NDArray[np.float64]]:
    """Judges data sets of a row.

    Returns:
        For each metric, `(data sets, 5)`: the number itself, the bounds of its
        interval (NaN where none is given), and those by percentiles.
    """
    generator = np.random.default_rng(seed)
    rows: dict[str, list] = {name: [] for name in METRICS}
    for _ in range(num_sets):
        clips = row.draw(generator)
        means = judge_clips(clips, 2020, num_resamples).means
        for name, found in rows.items():
            drawn = means[name]
            bounds = drawn.interval or (np.nan, np.nan)
            percentiles = percentile_interval(drawn.values[1:])
            found.append((drawn.number, *bounds, *percentiles))
    return {name: np.array(found) for name, found in rows.items()}


def coverage(found: NDArray[np.float64], truth: float) -> tuple[float, float]:
    """Shares of the intervals, and of percentiles, that hold the truth.

    >>> coverage(np.array([[0.7, 0.6, 0.8, 0.71, 0.75]]), 0.7)
    (1.0, 0.0)
    """
    if np.isnan(found).any():
        return np.nan, np.nan
    low, high = found[:, [1, 3]], found[:, [2, 4]]
    shares = np.mean((low <= truth + 1e-12) & (truth - 1e-12 <= high), axis=0)
    return float(shares[0]), float(shares[1])


def cells(row: Row, measured: dict[str, NDArray[np.float64]]) -> list[str]:
    """Cells of a row of the table."""
    truth = row.truth
    numbers = [f"{100 * truth[name]:.1f}" for name in ("auc", "pauc")]
    texts = [row.name, ", ".join(numbers)]
    texts.append(f"{100 * measured['pauc'][:, 0].mean():.1f}")
    for name, found in measured.items():
        shares = coverage(found, truth[name])
        if np.isnan(shares[0]) or (name == "mauc" and row.num_sections == 1):
            texts.append(NOTHING)
            continue
        width = 100 * np.median(found[:, 2] - found[:, 1])
        texts.append(
            f"{100 * shares[0]:.1f} ({100 * shares[1]:.1f}), {width:.0f} wide"
        )
    return texts


def main(words: Sequence[str] | None = None) -> None:
    """Measures every row, prints and writes the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.intervals",
        description="Counts how often the judge's intervals hold the truth.",
    )
    parser.add_argument(
        "--sets", type=int, default=400, help="data sets of each row"
    )
    parser.add_argument("--resamples", type=int, default=1000)
    parser.add_argument("--out", metavar="FILE", help="Markdown file")
    options = parser.parse_args(words)
    rows = []
    for seed, row in enumerate(ROWS):
        measured = measure(row, options.sets, options.resamples, seed)
        rows.append(cells(row, measured))
        print(*rows[-1], sep=" | ", file=sys.stderr, flush=True)
    titles = [f"{name}: covered, %" for name in METRICS.values()]
    text = Table((*HEADER, *titles), rows).markdown()
    print(text, end="")
    if options.out:
        pathlib.Path(options.out).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
