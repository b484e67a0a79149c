"""Row of the tables of a benchmark, with the results of all seeds."""

import dataclasses
from collections.abc import Mapping

import numpy as np

from keras_asd.metrics import PairedDifference
from keras_asd.metrics import paired_difference
from pipelines.benchmarking.benchmark import PrintedNumbers
from pipelines.benchmarking.costs import Costs
from pipelines.benchmarking.numbers import Number
from pipelines.benchmarking.numbers import average_seeds
from pipelines.benchmarking.numbers import number_of
from pipelines.evaluation.drawn import Drawn
from pipelines.evaluation.judging import Judged


@dataclasses.dataclass(frozen=True, eq=False)
class ResultRow:
    """Results so far of a method with one scorer on one data set.

    Args:
        name: Name of the row.
        benchmark_row: Name of the `BenchmarkRow` whose trainings it shows;
            rows of further scorers share them.
        metrics: Metrics of each finished seed.
        costs: Costs of each finished seed; only in the first row of a training.
        failures: Reason of each failed seed.
        printed: Published results of the method.
        note: Note for the reader of the table.
        spreads: Spread of the embeddings of each seed, see `embedding_spread`.
        num_classes: Number of auxiliary classes of each seed.

    >>> ResultRow("kNN", "kNN", {}).number("auc") is None
    True
    """

    name: str
    benchmark_row: str
    metrics: Mapping[int, Judged]
    costs: Mapping[int, Costs] = dataclasses.field(default_factory=dict)
    failures: Mapping[int, str] = dataclasses.field(default_factory=dict)
    printed: PrintedNumbers | None = None
    note: str = ""
    spreads: Mapping[int, float] = dataclasses.field(default_factory=dict)
    num_classes: Mapping[int, int] = dataclasses.field(default_factory=dict)

    def number(self, metric: str, machine: str | None = None) -> Number | None:
        """A metric over the seeds, or `None` if there is none.

        Args:
            metric: Name of a metric in `Judged.means`.
            machine: Machine of the metric, over the seeds evaluated on it; the
                mean over all machines if `None`.
        """
        drawn = [
            self._drawn(seed, metric, machine)
            for seed, metrics in self.metrics.items()
            if machine is None or machine in metrics.machines
        ]
        if not drawn or any(np.isnan(one.values).any() for one in drawn):
            return None
        return number_of(drawn)

    def difference(
        self, reference: "ResultRow", metric: str
    ) -> PairedDifference | None:
        """Paired difference to the reference, on the same clips and resamples.

        Over the seeds of both rows; `None` if there is none, or their clips
        differ.
        """
        pairs = [
            (metrics, reference.metrics[seed])
            for seed, metrics in self.metrics.items()
            if seed in reference.metrics
        ]
        if not pairs or any(ours.clips != its.clips for ours, its in pairs):
            return None
        drawn = average_seeds(
            [
                ours.means[metric].values - its.means[metric].values
                for ours, its in pairs
            ]
        )
        return None if np.isnan(drawn).any() else paired_difference(drawn)

    @property
    def machines(self) -> list[str]:
        """Machines that the row was evaluated on."""
        return sorted(
            {m for metrics in self.metrics.values() for m in metrics.machines}
        )

    def _drawn(self, seed: int, metric: str, machine: str | None) -> Drawn:
        metrics = self.metrics[seed]
        means = metrics.means if machine is None else metrics.machines[machine]
        return means[metric]
