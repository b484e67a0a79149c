"""The record of an experiment: rows, seeds and data."""

import dataclasses
from collections.abc import Collection
from collections.abc import Mapping

from pipelines.benchmarking.columns import DEFAULT
from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.settings.config import Config

# The data set of built-in machines, where there is one alone.
BUILT_IN = "built_in"


@dataclasses.dataclass(frozen=True)
class PrintedNumbers:
    """What somebody else printed of a method, in percent.

    Args:
        source: Where it stands, and on which data it was reached.
        data: Name of these data, which ours must have, too.
        machines: AUC and pAUC of each machine, and mAUC where it is known.
        average: Likewise, over the machines, as printed.
        official_score: By the rules of the data's year.

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
        """What of it may stand beside numbers of these data.

        Nothing, where they are called otherwise or have a machine that it
        does not name; the average, where they have all its machines.
        """
        is_other = self.machines and not set(machines) <= set(self.machines)
        if is_other or data != self.data:
            return PrintedNumbers(self.source, self.data)
        if set(machines) == set(self.machines):
            return self
        return dataclasses.replace(self, average=())


@dataclasses.dataclass(frozen=True)
class BenchmarkRow:
    """A method: what is trained, and how it is judged.

    Args:
        name: Of the row.
        settings: Of its training; the seed is the experiment's.
        scorers: Further scorers, fitted on the embeddings of the same
            training; a line each.
        printed: What others printed of it.
        note: What a reader of the table must know.
        folder: Name of the folder of its runs; made of its name if empty.

    >>> BenchmarkRow("kNN", Config(), scorers=("centroids",)).lines
    ('kNN', 'kNN + centroids')
    """

    name: str
    settings: Config
    scorers: tuple[str, ...] = ()
    printed: PrintedNumbers | None = None
    note: str = ""
    folder: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """Names of its lines, that of its own scorer first."""
        return (self.name, *(f"{self.name} + {one}" for one in self.scorers))

    def config(self, seed: int) -> Config:
        """Settings of its training with a seed."""
        return dataclasses.replace(self.settings, seed=seed)


@dataclasses.dataclass(frozen=True)
class Benchmark:
    """A question, and the methods that are compared to answer it.

    Args:
        name: Of the benchmark.
        question: What it asks.
        rows: The methods.
        reference: Line that the others are compared with.
        num_seeds: Trainings of every row.
        first_seed: From which on the seeds count.
        built_in: By the name of a data set the settings of the built-in
            machines, which it takes where no data are given; none where it
            needs data.
        columns: Of its tables, of `pipelines.benchmarking.columns.TITLES`.

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
    columns: tuple[str, ...] = DEFAULT

    def select(self, names: list[str]) -> "Benchmark":
        """The same with some of its rows, and that of the reference.

        Raises:
            ValueError: If there is no row of a name.
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
            if row.name in names or self.reference in row.lines
        )
        return dataclasses.replace(self, rows=rows)
