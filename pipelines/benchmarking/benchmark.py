"""What a benchmark compares."""

import dataclasses
from collections.abc import Collection
from collections.abc import Mapping
from typing import Any

from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.settings.config import Config
from pipelines.settings.presets import choose_preset
from pipelines.settings.reading import read_settings


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
        preset: Settings to start from.
        changes: Settings that differ, as `read_settings` takes them.
        scorers: Labels of further scorers, fitted on the embeddings of the same
            training; a line each.
        printed: What others printed of it.
        note: What a reader of the table must know.

    >>> BenchmarkRow("kNN", "training_free", scorers=("Centroids",)).lines
    ('kNN', 'kNN + Centroids')
    """

    name: str
    preset: str
    changes: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    scorers: tuple[str, ...] = ()
    printed: PrintedNumbers | None = None
    note: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """Names of its lines, that of its own scorer first."""
        return (self.name, *(f"{self.name} + {one}" for one in self.scorers))

    def config(self, seed: int) -> Config:
        """Settings of its training with a seed."""
        changes = {**self.changes, "seed": seed}
        return read_settings(changes, choose_preset(self.preset))


@dataclasses.dataclass(frozen=True)
class Benchmark:
    """A question, and the methods that are compared to answer it.

    Args:
        name: Of the benchmark.
        question: What it asks.
        rows: The methods.
        reference: Line that the others are compared with.
        num_seeds: Trainings of every row.
        built_in: Settings of the built-in machines, which it takes where no
            data are given; `None` where it needs data.

    >>> row = BenchmarkRow("statistics", "training_free")
    >>> Benchmark("small", "Which?", (row,), "statistics").num_seeds
    3
    """

    name: str
    question: str
    rows: tuple[BenchmarkRow, ...]
    reference: str
    num_seeds: int = 3
    built_in: SyntheticSettings | None = None

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
