"""Record of a benchmark: rows, seeds, data and columns."""

import dataclasses
from collections.abc import Collection
from collections.abc import Mapping

from pipelines.benchmarking.injected_faults import InjectedFaults
from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.settings.config import Config

# Columns of a benchmark that names none.
DEFAULT_COLUMNS = ("auc", "pauc", "mauc", "pooled_auc", "official_score")
COLUMN_TITLES = {
    "auc": "AUC %",
    "pauc": "pAUC %",
    "mauc": "mAUC %",
    "pooled_auc": "pooled AUC %",
    "domain_auc": "AUC %",
    "domain_pauc": "pAUC %",
    "official_score": "official score ({year}) %",
    "classes": "classes",
    "spread": "spread of the embeddings",
}
# Columns by which each row is compared with the reference.
COMPARED_COLUMNS = ("auc", "domain_auc", "official_score")
# Name of the data set of built-in machines, if there is a single one.
BUILT_IN = "built_in"


@dataclasses.dataclass(frozen=True)
class PrintedNumbers:
    """Published results of a method, in percent.

    Args:
        source: Publication with table, and the data of the results.
        data: Name of these data, which our data set must have, too.
        machines: AUC and pAUC of each machine, and mAUC if known.
        average: AUC, pAUC and mAUC averaged over the machines, as published.
        official_score: Official score by the rules of the data's year.

    >>> theirs = {"fan": (98.32, 95.34)}
    >>> PrintedNumbers("the paper", "dcase2020", theirs).average
    ()
    """

    source: str
    data: str
    machines: Mapping[str, tuple[float, ...]] = dataclasses.field(
        default_factory=dict
    )
    average: tuple[float, ...] = ()
    official_score: float | None = None

    def of(self, data: str, machines: Collection[str]) -> "PrintedNumbers":
        """The published results that are comparable with results on these data.

        It has no numbers if the data have another name or a machine without
        published results, and the average only if the data have all machines.
        """
        is_other = self.machines and not set(machines) <= set(self.machines)
        if is_other or data != self.data:
            return PrintedNumbers(self.source, self.data)
        if set(machines) == set(self.machines):
            return self
        return dataclasses.replace(self, average=())


@dataclasses.dataclass(frozen=True)
class BenchmarkRow:
    """A row of a benchmark: the settings of a method and its scorers.

    Args:
        name: Name of the row.
        settings: Settings of its training, except for the seed.
        scorers: Further scorers, fitted on the embeddings of the same training,
            each with a result row of its own.
        printed: Published results of the method.
        note: Note for the reader of the table.
        folder: Name of the folder of its runs; derived from `name` if empty.

    >>> BenchmarkRow("kNN", Config(), scorers=("centroids",)).result_names
    ('kNN', 'kNN + centroids')
    """

    name: str
    settings: Config
    scorers: tuple[str, ...] = ()
    printed: PrintedNumbers | None = None
    note: str = ""
    folder: str = ""

    @property
    def result_names(self) -> tuple[str, ...]:
        """Names of its result rows, that of the configured scorer first."""
        names = (f"{self.name} + {scorer}" for scorer in self.scorers)
        return (self.name, *names)

    def config(self, seed: int) -> Config:
        """Settings of its training, with a seed."""
        return dataclasses.replace(self.settings, seed=seed)


@dataclasses.dataclass(frozen=True)
class Benchmark:
    """A benchmark: a question, and the methods compared to answer it.

    Args:
        name: Name of the benchmark.
        question: Question that it answers.
        rows: Methods to compare.
        reference: Name of the result row that the others are compared with.
        num_seeds: Number of seeds of every row.
        first_seed: First seed; the others follow it.
        built_in: Settings of built-in machines by name of a data set, used if
            no data are given; empty if the benchmark needs data.
        injected: Faults to inject into the normal test clips, in place of the
            anomalies of the data; `None` to keep these.
        columns: Columns of its tables, see
            `pipelines.benchmarking.benchmark.COLUMN_TITLES`.

    >>> row = BenchmarkRow("statistics", Config())
    >>> Benchmark("small", "Which?", (row,), "statistics").num_seeds
    3
    """

    name: str
    question: str
    rows: tuple[BenchmarkRow, ...]
    reference: str
    num_seeds: int = 3
    first_seed: int = 1
    built_in: Mapping[str, SyntheticSettings] = dataclasses.field(
        default_factory=dict
    )
    injected: InjectedFaults | None = None
    columns: tuple[str, ...] = DEFAULT_COLUMNS

    def select(self, names: list[str]) -> "Benchmark":
        """The benchmark with some of its rows, and that of the reference.

        Raises:
            ValueError: If there is no row with one of the names.
        """
        known = [row.name for row in self.rows]
        for name in names:
            if name not in known:
                raise ValueError(
                    f"The rows of this benchmark are {', '.join(known)}. "
                    f"Received: row {name!r}."
                )
        rows = tuple(
            row
            for row in self.rows
            if row.name in names or self.reference in row.result_names
        )
        return dataclasses.replace(self, rows=rows)
