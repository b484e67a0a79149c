"""A benchmark from its first training to its tables and pictures."""

import dataclasses
import pathlib
from collections.abc import Callable
from collections.abc import Sequence

import tqdm

from pipelines.benchmarking.benchmark import Benchmark
from pipelines.benchmarking.cell_plan import CellPlan
from pipelines.benchmarking.cell_plan import folder_name
from pipelines.benchmarking.data_set import DataSet
from pipelines.benchmarking.data_set import choose_data_sets
from pipelines.benchmarking.findings import Findings
from pipelines.benchmarking.running import CellOutcome
from pipelines.benchmarking.running import run_plan
from pipelines.benchmarking.writing import write_tables

FIRST_SEED = 1


@dataclasses.dataclass(frozen=True)
class BenchmarkResult:
    """What a benchmark found, and the files that tell it.

    Args:
        table: Everything in Markdown.
        files: What was written.
        num_failed: Trainings that failed.

    >>> BenchmarkResult("", (), 0).num_failed
    0
    """

    table: str
    files: tuple[pathlib.Path, ...]
    num_failed: int


def run_benchmark(
    benchmark: Benchmark,
    folder: str,
    data: Sequence[str] = (),
    num_seeds: int | None = None,
    run: Callable[[CellPlan], CellOutcome] = run_plan,
) -> BenchmarkResult:
    """Trains every row on every data set with every seed, and tells of it.

    Called again after a kill it goes on where it stopped. A training that
    fails is told in the findings, and tried again by the next call.

    Args:
        benchmark: Its rows and what they are compared with.
        folder: Where its runs, `table.md`, `results.csv` and the pictures
            go; written anew after every training.
        data: `NAME=DIR[,DIR...]`, a data set each; the built-in machines if
            there are none.
        num_seeds: Trainings of every row; the benchmark's own if `None`.
        run: What a plan comes to; `run_plan`, but in tests.

    Raises:
        FileNotFoundError: If a data folder is missing.
        ValueError: If there are no data, or none that could be judged, or
            no seeds.

    >>> from pipelines.benchmarking.reading import read_benchmark
    >>> benchmark = read_benchmark("builtin")
    >>> run_benchmark(benchmark, "runs/bench", num_seeds=0)
    Traceback (most recent call last):
    ValueError: A benchmark needs a seed or more. Received: num_seeds=0...
    """
    num_seeds = benchmark.num_seeds if num_seeds is None else num_seeds
    if num_seeds < 1:
        raise ValueError(
            "A benchmark needs a seed or more. "
            f"Received: num_seeds={num_seeds}. Three or more give a spread."
        )
    place = pathlib.Path(folder).absolute()
    data_sets = choose_data_sets(benchmark, data, place)
    plans = plan_cells(benchmark, data_sets, place, num_seeds)
    findings = Findings(benchmark, data_sets, num_seeds)
    text = ""
    files: tuple[pathlib.Path, ...] = ()
    with tqdm.tqdm(
        plans, desc=benchmark.name, unit="training", disable=None
    ) as progress:
        for plan in progress:
            progress.set_postfix_str(f"{plan.row}, seed {plan.seed}")
            findings.add(plan, run(plan))
            text, files = write_tables(findings, place)
    return BenchmarkResult(text, files, findings.num_failed)


def plan_cells(
    benchmark: Benchmark,
    data_sets: Sequence[DataSet],
    folder: pathlib.Path,
    num_seeds: int,
) -> list[CellPlan]:
    """The trainings in their order: all rows with the first seed first.

    >>> benchmark = Benchmark("mine", "Which?", (), "")
    >>> plan_cells(benchmark, [], pathlib.Path("runs"), 3)
    []
    """
    return [
        CellPlan(
            data_set.name,
            row.name,
            seed,
            data_set.roots,
            row.config(seed),
            row.scorers,
            folder
            / "runs"
            / folder_name(data_set.name)
            / folder_name(row.name)
            / f"seed_{seed}",
        )
        for seed in range(FIRST_SEED, FIRST_SEED + num_seeds)
        for data_set in data_sets
        for row in benchmark.rows
    ]
