"""Results of a benchmark, collected by row and seed."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from pipelines.benchmarking.benchmark import BUILT_IN
from pipelines.benchmarking.benchmark import Benchmark
from pipelines.benchmarking.benchmark import BenchmarkRow
from pipelines.benchmarking.benchmark import PrintedNumbers
from pipelines.benchmarking.cell_plan import CellPlan
from pipelines.benchmarking.costs import Costs
from pipelines.benchmarking.data_set import DataSet
from pipelines.benchmarking.result_row import ResultRow
from pipelines.benchmarking.running import CellOutcome
from pipelines.evaluation.drawn import Drawn
from pipelines.evaluation.judging import NUM_RESAMPLES
from pipelines.evaluation.judging import Judged
from pipelines.evaluation.judging import judge_clips
from pipelines.evaluation.official.official import guess_year

Seeds = dict[int, Judged]


class Findings:
    """Collects and evaluates the results of a benchmark's trainings.

    Args:
        benchmark: Benchmark with its rows.
        data_sets: Data sets of the benchmark.
        num_seeds: Number of seeds of each row.

    >>> from pipelines.settings.config import Config
    >>> row = BenchmarkRow("b", Config())
    >>> benchmark = Benchmark("a", "Which?", (row,), "b")
    >>> Findings(benchmark, [DataSet("d", ())], 3).rows("d")[0].name
    'b'
    """

    def __init__(
        self,
        benchmark: Benchmark,
        data_sets: Sequence[DataSet],
        num_seeds: int,
    ):
        self.benchmark = benchmark
        self.data_sets = list(data_sets)
        self.num_seeds = num_seeds
        self.num_cells = 0
        self.num_failed = 0
        self._years: dict[str, int] = {}
        # Keys: data set and name of a result row, then seed.
        self._metrics: dict[tuple[str, str], Seeds] = {}
        self._costs: dict[tuple[str, str], dict[int, Costs]] = {}
        self._failures: dict[tuple[str, str], dict[int, str]] = {}
        self._spreads: dict[tuple[str, str], dict[int, float]] = {}
        self._classes: dict[tuple[str, str], dict[int, int]] = {}

    def add(self, plan: CellPlan, outcome: CellOutcome) -> None:
        """Evaluates and adds the outcome of a training."""
        self.num_cells += 1
        key = (plan.data_set, plan.row)
        if outcome.cell is None:
            self.num_failed += 1
            self._failures.setdefault(key, {})[plan.seed] = outcome.failure
            return
        if outcome.costs is not None:
            self._costs.setdefault(key, {})[plan.seed] = outcome.costs
        cell, scored = outcome.cell, outcome.cell.scored_clips
        self._spreads.setdefault(key, {})[plan.seed] = cell.spread
        self._classes.setdefault(key, {})[plan.seed] = cell.num_classes
        if plan.data_set not in self._years:
            self._years[plan.data_set] = guess_year(
                [scored_clip.clip for scored_clip in scored]
            )
        by_name = [scored, *(cell.by_scorer[s] for s in plan.scorers)]
        (row,) = [row for row in self.benchmark.rows if row.name == plan.row]
        for name, clips in zip(row.result_names, by_name, strict=True):
            key = (plan.data_set, name)
            metrics = judge_clips(clips, self.year(plan.data_set))
            further = {
                name: Drawn(np.full(1 + NUM_RESAMPLES, value))
                for name, value in outcome.numbers.items()
            }
            metrics = dataclasses.replace(
                metrics, means=metrics.means | further
            )
            if metrics.sections or outcome.numbers:
                self._metrics.setdefault(key, {})[plan.seed] = metrics
                continue
            self._failures.setdefault(key, {})[plan.seed] = (
                "A section must have normal test clips and anomalies. "
                f"Received: {len(clips)} scored clips, none of such a "
                f"section. See {plan.log}."
            )

    def year(self, data_set: str) -> int:
        """Year of the official rules that a data set is evaluated by."""
        return self._years.get(data_set, 2020)

    def rows(self, data_set: str) -> list[ResultRow]:
        """Result rows of a data set, in the order of the benchmark."""
        return [
            self._result_row(data_set, row, name)
            for row in self.benchmark.rows
            for name in row.result_names
        ]

    def _result_row(
        self, data_set: str, row: BenchmarkRow, name: str
    ) -> ResultRow:
        key = (data_set, name)
        return ResultRow(
            name,
            row.name,
            self._metrics.get(key, {}),
            self._costs.get(key, {}),
            self._failures.get(key, {}),
            self._printed(data_set, row) if name == row.name else None,
            row.note,
            self._spreads.get((data_set, row.name), {}),
            self._classes.get((data_set, row.name), {}),
        )

    def _printed(
        self, data_set: str, row: BenchmarkRow
    ) -> PrintedNumbers | None:
        """Published results on a data set that is not built-in, or `None`."""
        is_built_in = data_set in (BUILT_IN, *self.benchmark.built_in)
        if is_built_in or row.printed is None:
            return None
        machines = {
            machine
            for (name, _), seeds in self._metrics.items()
            for metrics in seeds.values()
            for machine in metrics.machines
            if name == data_set
        }
        printed = row.printed.of(data_set, machines)
        has_any = printed.machines or printed.official_score is not None
        return printed if machines and has_any else None
