"""Requested and achieved false drifts of a watch, and how soon it tells one.

`python -m benchmarks.drift --features FEATURES.npz --work FOLDER`: arrays named
`..._normal`, a row for each ten-second clip of one machine in order of time. It
goes on where it was stopped.
"""

import argparse
import dataclasses
import functools
import pathlib
import sys
from collections.abc import Sequence

import numpy as np
import scipy.stats

from benchmarks.drift_scores import DECIBELS
from benchmarks.drift_scores import Rise
from benchmarks.drift_scores import block_values
from benchmarks.drift_scores import drift_days
from benchmarks.drift_scores import measure_rises
from benchmarks.drift_watch import cost_milliseconds
from benchmarks.drift_watch import end_to_end
from benchmarks.drift_watch import kept
from benchmarks.drift_watch import train_model
from benchmarks.measurement import print_report
from benchmarks.score_series import Dependence
from benchmarks.score_series import fit_dependence
from benchmarks.score_series import nearest_scores
from pipelines.datasets.synthetic.machine import DESIGNS
from pipelines.evaluation.tables import Table
from pipelines.programs.watch import open_judge

YEAR = 365.0
DECIBELS_A_WEEK = 3.0
# A slow part of two hours and its share, which nothing was fitted to.
LONG_WINDOWS, LONG_SHARE = 720.0, 0.6
# When a change begins, in days.
LEAST_DAYS, MOST_DAYS = 7.0, 28.0
NUM_HISTORIES, NUM_LINES, NUM_MEASURED = 200, 10, 144
FALSE_HEADER = (
    "neighbouring scores",
    "histories of a year",
    "false drifts a year and machine [95 %]",
    "machines in the band of one a year",
)
FOUND = ("told within 7 days", "median delay, days")
FOUND_HEADER = ("strangeness moves", "histories", *FOUND)
LINES_HEADER = ("machine", "band", "begins, days", "told after", "what moved")


def false_row(
    name: str, dependences: Sequence[Dependence], number: int, years: float
) -> list[str]:
    """False drifts of histories without a change."""
    counts = np.array(
        [
            len(
                drift_days(
                    block_values(
                        dependences[index % len(dependences)],
                        np.random.default_rng([index, 1]),
                        years * YEAR,
                    )
                )
            )
            for index in range(number)
        ]
    )
    most = scipy.stats.poisson.interval(0.95, years)[1]
    total = counts.sum()
    # The exact interval of a Poisson number.
    low = scipy.stats.chi2.ppf(0.025, 2 * total) / 2 if total else 0.0
    high = scipy.stats.chi2.ppf(0.975, 2 * total + 2) / 2
    rates = np.array([total, low, high]) / number / years
    return [
        name,
        str(number),
        "{:.2f} [{:.2f}, {:.2f}]".format(*rates),
        f"{np.mean(counts <= most):.1%}",
    ]


def delay_days(
    dependences: Sequence[Dependence], rises: Sequence[Rise], number: int
) -> np.ndarray:
    """Days from the beginning of a change until it was told, infinite if not.

    Returns:
        `(number,)`; history `i` has the rise `i % len(rises)`.
    """
    delays = []
    for index in range(number):
        generator = np.random.default_rng([index, 2])
        begin = generator.uniform(LEAST_DAYS, MOST_DAYS)
        rise = rises[index % len(rises)]

        def shift(days: np.ndarray, begin=begin, rise=rise) -> np.ndarray:
            weeks = np.maximum(days - begin, 0.0) / 7
            return rise.at(DECIBELS_A_WEEK * weeks)

        dependence = dependences[index % len(dependences)]
        values = block_values(dependence, generator, begin + 8, shift)
        told = [day for day in drift_days(values) if day > begin]
        delays.append(told[0] - begin if told else np.inf)
    return np.array(delays)


def describe_delays(delays: np.ndarray) -> list[str]:
    """Share within seven days, and the median of those that were told.

    >>> describe_delays(np.array([1.0, 3.0, np.inf]))
    ['67%', '2.0']
    """
    told = delays[delays <= 7]
    median = f"{np.median(told):.1f}" if len(told) else "-"
    share = f"{len(told) / len(delays):.0%}" if len(delays) else "-"
    return [share, median]


def rise_table(rises: Sequence[Rise]) -> Table:
    """What decibels do to the strangeness of each machine."""
    rows = [
        [rise.machine, rise.band, *(f"{shift:.2f}" for shift in rise.shifts)]
        for rise in rises
    ]
    header = ("machine", "louder band", *(f"{d:g} dB" for d in DECIBELS))
    return Table(header, rows)


def main(words: Sequence[str] | None = None) -> int:
    """Measures, simulates, watches, and prints the tables."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.drift", description=__doc__
    )
    parser.add_argument("--features", required=True, metavar="FILE")
    parser.add_argument("--work", required=True, metavar="FOLDER")
    for name, default in (
        ("histories", NUM_HISTORIES),
        ("lines", NUM_LINES),
        ("measured", NUM_MEASURED),
        ("num_train", 60),
    ):
        parser.add_argument(f"--{name}", type=int, default=default, metavar="N")
    parser.add_argument("--years", type=float, default=1.0)
    parser.add_argument("--out", metavar="FILE", help="Markdown file")
    options = parser.parse_args(words)
    with np.load(options.features, allow_pickle=False) as arrays:
        fitted = [
            fit_dependence(nearest_scores(arrays[name]))
            for name in arrays.files
            if name.endswith("_normal")
        ]
    longer = [
        dataclasses.replace(
            one, slow_share=LONG_SHARE, slow_windows=LONG_WINDOWS
        )
        for one in fitted
    ]
    number, work = options.histories, pathlib.Path(options.work)
    false = [
        kept(
            work / f"{name}.json",
            functools.partial(false_row, name, some, number, options.years),
        )
        for name, some in (("as fitted", fitted), ("alike for 2 h", longer))
    ]
    run = train_model(work, options.num_train)
    judge = open_judge(str(run))
    rises = [
        Rise(*values)
        for machine in DESIGNS
        for values in kept(
            work / f"{machine}.json",
            functools.partial(measure_rises, judge, machine, options.measured),
        )
    ]
    # Scores of which a louder band moves little.
    dull = [
        dataclasses.replace(rise, shifts=tuple(s / 3 for s in rise.shifts))
        for rise in rises
    ]
    found = [
        [name, str(number), *describe_delays(delay_days(fitted, some, number))]
        for name, some in (("as measured", rises), ("a third of it", dull))
    ]
    lines, line_delays, num_false = end_to_end(run, work, options.lines)
    judging, drifting = cost_milliseconds(run, work)
    share, median = describe_delays(np.array(line_delays))
    parts = [
        "# Drift of a watch",
        "Made-up histories without a change:",
        Table(FALSE_HEADER, false).markdown(),
        "Shift of the mean strangeness, in standard deviations of windows:",
        rise_table(rises).markdown(),
        "A band that rises by 3 dB a week:",
        Table(FOUND_HEADER, found).markdown(),
        f"End to end, {num_false} drifts told before the change; told within "
        f"7 days: {share}, median delay {median} days:",
        Table(LINES_HEADER, lines).markdown(),
        f"Processor time of a window: judged {judging:.2f} ms, drift "
        f"{drifting:.3f} ms, {drifting / judging:.1%}.",
    ]
    print_report("\n\n".join(parts), options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
