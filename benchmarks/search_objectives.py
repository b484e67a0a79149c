"""Rank correlation of search objectives with the true AUC of trials.

A program of its own, `python -m benchmarks.search_objectives`: trials with
random values are trained once each on the built-in machines. It goes on
where it was stopped.
"""

import argparse
import contextlib
import dataclasses
import logging
import pathlib
import sys
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks.measurement import print_report
from benchmarks.search_trials import PARAMETERS
from benchmarks.search_trials import QUICK
from benchmarks.search_trials import Design
from benchmarks.search_trials import Trials
from keras_asd.metrics import percentile_interval
from keras_asd.metrics import resample_counts
from pipelines.benchmarking.machine import describe_machine
from pipelines.evaluation.tables import Table
from tuning.trials.judging.proxy_objective import ProxyObjective

PROXY = ProxyObjective.name
NUM_RESAMPLES = 2000
TRUTH = "test_auc"
NOTES = """\
Each trial is a training of its own with values drawn from the ranges of the \
search, judged after its last epoch. The true AUC is the mean over the \
sections on test clips that serve nothing else. Correlations are Spearman's \
over the trials, signed such that a good objective has 1; in brackets the \
95 % interval of a bootstrap over the trials. Stand-ins, ranges and sizes were \
fixed before any of these test clips was scored."""


def rank_correlation(
    first: NDArray[np.float64], second: NDArray[np.float64]
) -> float:
    """Spearman's correlation; NaN where one of them does not vary.

    >>> round(rank_correlation(np.array([1, 2, 3]), np.array([1, 4, 9])), 6)
    1.0
    """
    ranks = np.array([stats.rankdata(first), stats.rankdata(second)])
    if (ranks == ranks[:, :1]).all(axis=1).any():
        return float("nan")
    return float(np.corrcoef(ranks)[0, 1])


def rank_correlations(
    objectives: Mapping[str, NDArray[np.float64]],
    truth: NDArray[np.float64],
    num_resamples: int = NUM_RESAMPLES,
) -> dict[str, NDArray[np.float64]]:
    """Each objective's correlation with the truth, then of each resample.

    The same resamples of the trials serve all objectives, so that their
    differences have intervals, too.

    Args:
        objectives: Values of the trials, `(trials,)` each, larger is better.
        truth: Likewise.
        num_resamples: Of the bootstrap.

    >>> truth = np.arange(5.0)
    >>> drawn = rank_correlations({"same": truth}, truth, num_resamples=3)
    >>> drawn["same"].shape
    (4,)
    """
    rows = np.arange(len(truth))
    counts = resample_counts(np.zeros(len(truth)), num_resamples, seed=0)
    drawn = [rows, *(np.repeat(rows, count) for count in counts)]
    return {
        name: np.array(
            [rank_correlation(values[some], truth[some]) for some in drawn]
        )
        for name, values in objectives.items()
    }


def make_report(
    results: Sequence[Mapping], parameters: Sequence[str] = PARAMETERS
) -> str:
    """The tables, in Markdown."""
    complete = [trial for trial in results if "failure" not in trial]
    parts = [
        "# Objectives of a search",
        NOTES,
        trial_table(results, parameters),
    ]
    if len(complete) < 3:
        return "\n\n".join([*parts, "Too few trials to rank them."])
    truth = np.array([trial[TRUTH] for trial in complete])
    parts[1:1] = [
        f"{len(complete)} trials, {len(results) - len(complete)} failed; the "
        f"true AUC goes from {100 * truth.min():.1f} % to "
        f"{100 * truth.max():.1f} %, median {100 * np.median(truth):.1f} %."
    ]
    names = [name for name in complete[0] if name.startswith(PROXY)]
    objectives = {
        name: np.array([trial[name] for trial in complete])
        for name in [*names, "val_accuracy"]
    }
    objectives["-val_loss"] = -np.array([t["val_loss"] for t in complete])
    correlations = rank_correlations(objectives, truth)
    correlations[f"{PROXY} better than -val_loss by"] = (
        correlations[PROXY] - correlations["-val_loss"]
    )
    correlations[f"{PROXY} better than val_accuracy by"] = (
        correlations[PROXY] - correlations["val_accuracy"]
    )
    table = Table(
        ("objective", "Spearman's correlation"),
        [(name, _cell(rows)) for name, rows in correlations.items()],
    )
    return "\n\n".join([*parts[:-1], table.markdown(), parts[-1]])


def trial_table(
    results: Sequence[Mapping], parameters: Sequence[str] = PARAMETERS
) -> str:
    """One row a trial; areas and accuracies in percent."""
    measures = [PROXY, "val_accuracy", "val_loss", TRUTH, "seconds"]
    names = ["trial", *parameters, *measures]
    rows = []
    for number, trial in enumerate(results):
        cells = [str(number), *(f"{trial[name]:.3g}" for name in parameters)]
        if "failure" in trial:
            cells += [trial["failure"], *[""] * (len(measures) - 1)]
        else:
            for name in measures:
                is_share = name not in ("val_loss", "seconds")
                cells.append(f"{trial[name] * (100 if is_share else 1):.2f}")
        rows.append(cells)
    return Table(names, rows).markdown()


def _cell(rows: NDArray[np.float64]) -> str:
    resampled = rows[1:][np.isfinite(rows[1:])]
    if not np.isfinite(rows[0]) or not len(resampled):
        return "unknown"
    low, high = percentile_interval(resampled)
    return f"{rows[0]:+.2f} [{low:+.2f}, {high:+.2f}]"


@contextlib.contextmanager
def _errors_alone(*names: str) -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in names]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


def _run(trials: Trials, num_trials: int) -> list[dict]:
    results: list[dict] = []
    for number in range(num_trials):
        results.append(trials.result(number))
        seconds = np.mean([trial["seconds"] for trial in results])
        minutes = seconds * (num_trials - number - 1) / 60
        print(
            f"trial {number + 1} of {num_trials} is there, about "
            f"{minutes:.0f} minutes left",
            file=sys.stderr,
            flush=True,
        )
    return results


def main(words: Sequence[str] | None = None) -> int:
    """Runs the trials that are not there yet, prints and writes the tables."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.search_objectives",
        description="Ranks trials by every objective, and by the truth.",
    )
    parser.add_argument("--trials", type=int, default=24)
    parser.add_argument(
        "--over",
        nargs="+",
        choices=PARAMETERS,
        default=PARAMETERS,
        metavar="NAME",
        help=f"what varies, of {', '.join(PARAMETERS)}; all if left out",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="three tiny trials, to see that it works; the numbers mean "
        "nothing",
    )
    parser.add_argument(
        "--folder",
        type=pathlib.Path,
        help="of the study, which goes on where it was stopped; by default "
        "runs/search_objectives",
    )
    parser.add_argument("--out", metavar="FILE", help="Markdown file")
    options = parser.parse_args(words)
    num_trials = 3 if options.quick else options.trials
    name = "search_objectives" + "_quick" * options.quick
    folder = options.folder or pathlib.Path("runs", name)
    try:
        design = dataclasses.replace(
            QUICK if options.quick else Design(),
            parameters=tuple(options.over),
        )
        trials = Trials(folder, design)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    with _errors_alone("pipelines", "tensorflow"):
        results = _run(trials, num_trials)
    machine = "\n".join(f"- {line}" for line in describe_machine())
    text = make_report(results, options.over).replace(
        "\n\n", f"\n\n{machine}\n\n", 1
    )
    print_report(text, options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
