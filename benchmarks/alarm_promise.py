"""Requested and achieved false alarms a week of a watch.

`python -m benchmarks.alarm_promise --features FEATURES.npz`: arrays named
`..._normal`, a row for each ten-second clip of one machine in order of time.
"""

import argparse
import sys
from collections.abc import Sequence

import numpy as np
import scipy.stats

from benchmarks.measurement import print_report
from benchmarks.score_series import LAGS
from benchmarks.score_series import Dependence
from benchmarks.score_series import correlations
from benchmarks.score_series import fit_dependence
from benchmarks.score_series import nearest_scores
from pipelines.evaluation.tables import Table
from pipelines.watching.alarms.alarm_limit import AlarmSettings
from pipelines.watching.alarms.alarm_promise import WEEK_HOURS
from pipelines.watching.alarms.alarm_promise import fit_limit
from pipelines.watching.alarms.alarm_promise import needed_hours
from pipelines.watching.alarms.alarm_promise import spell_peaks
from pipelines.watching.alarms.alarm_rule import strangeness_series
from pipelines.watching.alarms.machine_watch import FIT_SHARES

STEP_SECONDS = 10.0
NUM_MACHINES, DAYS = 20, 30.0
SHOWN_LAGS = (1, 10, 50, 200)
# Standard deviations by which a fault raises the logarithm of the score.
FAULTS = (2.0, 3.0, 4.0)
HEADER = (
    "limit",
    "machines in the band",
    "not above it",
    "false alarms a week and machine",
    *(f"fault of {shift:g} sd found, median delay" for shift in FAULTS),
)


def simulate(
    dependence: Dependence,
    generator: np.random.Generator,
    settings: AlarmSettings,
    days: float,
    is_shuffled: bool = False,
) -> tuple[int, list[float]]:
    """False alarms and delays of one machine, in `days` under a promise.

    The limit is fitted when a watch would fit it. `is_shuffled` takes the
    windows that it rests on for independent.

    Returns:
        Number of false alarms, and the delay in minutes of each of `FAULTS`,
        infinite where it was not found within a day.
    """
    per_hour = 3600.0 / STEP_SECONDS
    needed = needed_hours(settings.false_alarms_per_week) * per_hour
    first, total = round(needed), round(needed + days * 24 * per_hour)
    scores = dependence.draw(generator, total)
    ends = [round(share * needed) for share in FIT_SHARES if share >= 1]
    ends = [end for end in ends if end < total]
    num_alarms = 0
    for begin, end in zip(ends, [*ends[1:], total], strict=True):
        heard = scores[:begin]
        if is_shuffled:
            heard = generator.permutation(heard)
        limit = fit_limit([heard], STEP_SECONDS, settings)
        if limit is None:
            raise ValueError("The series must have spells. Received: none.")
        series = strangeness_series(scores[begin:end], settings)
        peaks = spell_peaks(series, limit.end)
        num_alarms += int(np.sum(peaks >= limit.begin))
    day = round(24 * per_hour)
    delays = []
    for shift in FAULTS:
        fault = scores[-day:] * np.exp(shift * dependence.log_deviation)
        series = strangeness_series(
            np.concatenate([scores[first : first + 5], fault]), settings
        )
        (found,) = np.nonzero(series >= limit.begin)
        windows = found[0] + 1 if len(found) else np.inf
        delays.append(windows * STEP_SECONDS / 60.0)
    return num_alarms, delays


def judge(
    dependences: Sequence[Dependence],
    settings: AlarmSettings,
    days: float,
    seeds: int,
    is_shuffled: bool,
) -> list[str]:
    """A row of the table: `NUM_MACHINES` machines for each seed."""
    expected = days * 24 / WEEK_HOURS * settings.false_alarms_per_week
    least, most = scipy.stats.poisson.interval(0.95, expected)
    counts, delays = [], []
    for seed in range(seeds):
        for index in range(NUM_MACHINES):
            generator = np.random.default_rng([seed, index, 7])
            dependence = dependences[index % len(dependences)]
            number, delay = simulate(
                dependence, generator, settings, days, is_shuffled
            )
            counts.append(number)
            delays.append(delay)
    numbers, minutes = np.array(counts), np.array(delays)
    rate = numbers.mean() / expected * settings.false_alarms_per_week
    kept = (numbers >= least) & (numbers <= most)
    return [
        "from shuffled windows" if is_shuffled else "from whole spells",
        f"{kept.mean():.0%}",
        f"{np.mean(numbers <= most):.0%}",
        f"{rate:.2f}",
        *(
            f"{np.isfinite(column).mean():.0%}, {np.median(column):.3g} min"
            for column in minutes.T
        ),
    ]


def fit_table(
    series: dict[str, np.ndarray],
) -> tuple[list[Dependence], Table]:
    """Fitted dependence of each series, beside what was measured."""
    header = ("series", "hours", "slow share", "slow for", *SHOWN_LAGS)
    dependences, cells = [], []
    for name, scores in series.items():
        fitted = fit_dependence(scores)
        dependences.append(fitted)
        measured = dict(zip(LAGS, correlations(scores), strict=True))
        cells.append(
            [
                name,
                f"{len(scores) * STEP_SECONDS / 3600:.1f}",
                f"{fitted.slow_share:.2f}",
                f"{fitted.slow_windows * STEP_SECONDS / 60:.0f} min",
                *(
                    f"{measured[lag]:.2f} / "
                    f"{fitted.correlation(np.array(lag)):.2f}"
                    for lag in SHOWN_LAGS
                ),
            ]
        )
    return dependences, Table(tuple(map(str, header)), cells)


def main(words: Sequence[str] | None = None) -> int:
    """Fits, simulates and prints both tables."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.alarm_promise", description=__doc__
    )
    parser.add_argument("--features", required=True, metavar="FILE")
    parser.add_argument("--seeds", type=int, default=5, metavar="N")
    parser.add_argument("--days", type=float, default=DAYS)
    parser.add_argument("--out", metavar="FILE", help="Markdown file")
    options = parser.parse_args(words)
    with np.load(options.features, allow_pickle=False) as arrays:
        series = {
            name.removesuffix("_normal"): nearest_scores(arrays[name])
            for name in arrays.files
            if name.endswith("_normal")
        }
    dependences, fits = fit_table(series)
    settings = AlarmSettings()
    rows = [
        judge(dependences, settings, options.days, options.seeds, is_shuffled)
        for is_shuffled in (False, True)
    ]
    parts = [
        "# False alarms of a watch",
        "Correlation of anomaly scores, measured / fitted, by windows of ten "
        "seconds between them:",
        fits.markdown(),
        f"{NUM_MACHINES} machines, {options.seeds} seeds, "
        f"{options.days:g} days each:",
        Table(HEADER, rows).markdown(),
    ]
    print_report("\n\n".join(parts), options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
