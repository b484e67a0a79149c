"""False-alarm rates on fresh clips: `python -m benchmarks.calibration`."""

import argparse
import pathlib
import sys
from collections.abc import Sequence

import numpy as np

from benchmarks.calibration_systems import Cells
from benchmarks.calibration_systems import Plan
from benchmarks.calibration_systems import judge_network
from benchmarks.calibration_systems import judge_training_free
from benchmarks.measurement import print_report
from benchmarks.scorers import read_sets
from keras_asd.scorers import LocalDensity
from pipelines.calibration.calibration_fitting import fit_calibration
from pipelines.calibration.false_alarms import fresh_alarms_band
from pipelines.calibration.normal_scores import NormalScores
from pipelines.evaluation.tables import Table

RATES = (0.1, 0.05, 0.01, 0.001)
METHODS = ("empirical", "gamma")
QUICK = {"num_ids": 1, "num_fitted": 30, "num_calibration": 40, "num_fresh": 50}
HEADER = (
    "calibrated with",
    "method",
    "cells",
    *(f"{100 * rate:g} % requested" for rate in RATES),
)
NOTES = """
A cell is a machine: its calibration decides on fresh normal clips, which \
nothing was fitted on. Shown are the cells whose number of false alarms lies \
in the 95 % beta-binomial band of as many calibration and fresh clips, then \
the mean rate that was achieved. "Too few" where all cells report that their \
clips cannot promise the rate.
"""


def row(name: str, method: str, cells: Cells) -> list[str]:
    """A line of the table."""
    texts = [name, method, str(len(cells))]
    for rate in RATES:
        shares, num_inside = [], 0
        for normal, fresh in cells:
            alarms = _alarms(normal, fresh, method, rate)
            if alarms is not None:
                size = len(normal.scores)
                low, high = fresh_alarms_band(rate, size, len(fresh))
                num_inside += low <= alarms <= high
                shares.append(100 * alarms / len(fresh))
        texts.append(
            f"{100 * num_inside / len(cells):.0f} % ({np.mean(shares):.2f} %)"
            if shares
            else "too few"
        )
    return texts


def _alarms(normal, fresh, method, rate) -> int | None:
    """How many fresh clips raise an alarm; `None` without decisions."""
    calibration = fit_calibration({"": normal}, [""], method)
    outputs = calibration(
        fresh.astype("float32"),
        np.zeros(len(fresh), "int32"),
        np.full(len(fresh), rate, "float32"),
    )
    decisions = np.array(outputs["decision"])
    return None if (decisions < 0).all() else int((decisions == 1).sum())


def judge_features(path: pathlib.Path, num_splits: int):
    """Cells of features of real clips: a third each to fit, calibrate, judge.

    Yields:
        For each signal-to-noise ratio its name and its cells.
    """
    cells: dict[str, Cells] = {}
    for case in read_sets(path, None):
        for split in range(num_splits):
            order = np.random.default_rng(split).permutation(len(case.normals))
            fitted, calibration, fresh = np.array_split(case.normals[order], 3)
            scorer = LocalDensity().fit(fitted)
            scores = [
                np.array(scorer(some), "float64")[:, 0]
                for some in (calibration, fresh)
            ]
            cells.setdefault(case.snr, []).append(
                (NormalScores(scores[0]), scores[1])
            )
    for snr, pairs in cells.items():
        sizes = [len(normal.scores) for normal, _ in pairs]
        yield f"features at {snr}, {min(sizes)} other clips and more", pairs


def measure(options) -> dict[str, Cells]:
    """The cells of every system, pooled over the seeds of the data."""
    systems: dict[str, Cells] = {}
    sizes = QUICK if options.quick else {}
    for seed in range(1 if options.quick else options.seeds):
        print(f"seed {seed} of the data ...", file=sys.stderr, flush=True)
        for name, cells in judge_training_free(Plan(seed=seed, **sizes)):
            systems.setdefault(name, []).extend(cells)
    if options.features:
        systems |= judge_features(options.features, options.seeds)
    if options.epochs:
        epochs = 1 if options.quick else options.epochs
        print("training a network ...", file=sys.stderr, flush=True)
        systems |= judge_network(Plan(**sizes), epochs)
    return systems


def main(words: Sequence[str] | None = None) -> int:
    """Measures, prints and writes the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.calibration",
        description="Requested and achieved false-alarm rates on fresh clips.",
    )
    parser.add_argument(
        "--features",
        type=pathlib.Path,
        metavar="FILE",
        help="NumPy archive as benchmarks.scorers takes it, measured as well",
    )
    parser.add_argument("--seeds", type=int, default=3, help="of the data")
    parser.add_argument(
        "--epochs", type=int, default=10, help="of the network; 0 for none"
    )
    parser.add_argument("--out", metavar="FILE", help="Markdown file")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="a handful of clips, to see that it works; the numbers mean "
        "nothing",
    )
    options = parser.parse_args(words)
    rows = [
        row(name, method, cells)
        for name, cells in measure(options).items()
        for method in METHODS
    ]
    table = Table(HEADER, rows).markdown()
    text = "\n\n".join(["# Calibration", NOTES.strip(), table])
    print_report(text, options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
