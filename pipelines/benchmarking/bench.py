"""Benchmark run: all trainings, tables and figures."""

import dataclasses
import pathlib
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence

import tqdm

from pipelines import atomic
from pipelines.benchmarking.benchmark import Benchmark
from pipelines.benchmarking.cell_plan import CellPlan
from pipelines.benchmarking.cell_plan import folder_name
from pipelines.benchmarking.data_set import DataSet
from pipelines.benchmarking.data_set import choose_data_sets
from pipelines.benchmarking.findings import Findings
from pipelines.benchmarking.running import CellOutcome
from pipelines.benchmarking.running import run_plan
from pipelines.benchmarking.writing import write_tables


@dataclasses.dataclass(frozen=True)
class BenchmarkResult:
    """Results of a benchmark and the files of its report.

    Args:
        table: All tables in Markdown.
        files: Written files.
        num_failed: Number of failed trainings.

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
    """Trains every row on every data set with every seed, and reports.

    A benchmark that was killed is resumed by the next call. A training that
    fails is reported in the tables, and repeated by the next call.

    Args:
        benchmark: Benchmark to run.
        folder: Folder of the runs, of `table.md`, `results.csv` and the
            figures, which are rewritten after every training.
        data: Data sets, each as `NAME=DIR[,DIR...]`; the built-in machines if
            empty.
        num_seeds: Number of seeds of every row; the benchmark's number if
            `None`.
        run: Function from a plan to its outcome; `run_plan` except in tests.

    Raises:
        FileNotFoundError: If a data folder is missing.
        FullDisk: If the disk is full; a later call goes on.
        ValueError: If there are no data, no data that can be evaluated, or no
            seeds.

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
    root = pathlib.Path(folder).absolute()
    findings = Findings(
        benchmark, choose_data_sets(benchmark, data, root), num_seeds
    )
    text = ""
    files: tuple[pathlib.Path, ...] = ()
    with atomic.FolderLock(root / ".lock"):
        for _ in run_cells(findings, root / "runs", run):
            text, files = write_tables(findings, root)
    return BenchmarkResult(text, files, findings.num_failed)


def run_cells(
    findings: Findings,
    folder: pathlib.Path,
    run: Callable[[CellPlan], CellOutcome] = run_plan,
) -> Iterator[CellPlan]:
    """Runs the cells one by one, and collects their results.

    Args:
        findings: Empty findings, to which results are added.
        folder: Folder of the runs.
        run: Function from a plan to its outcome.

    >>> findings = Findings(Benchmark("mine", "Which?", (), ""), [], 3)
    >>> list(run_cells(findings, pathlib.Path("runs")))
    []
    """
    plans = plan_cells(
        findings.benchmark, findings.data_sets, folder, findings.num_seeds
    )
    name = findings.benchmark.name
    with tqdm.tqdm(plans, desc=name, unit="training", disable=None) as progress:
        for plan in progress:
            progress.set_postfix_str(f"{plan.row}, seed {plan.seed}")
            findings.add(plan, run(plan))
            yield plan


def plan_cells(
    benchmark: Benchmark,
    data_sets: Sequence[DataSet],
    folder: pathlib.Path,
    num_seeds: int,
) -> list[CellPlan]:
    """Plans of all trainings in order, all rows with the first seed first.

    >>> benchmark = Benchmark("mine", "Which?", (), "")
    >>> plan_cells(benchmark, [], pathlib.Path("runs"), 3)
    []
    """
    first = benchmark.first_seed
    return [
        CellPlan(
            data_set.name,
            row.name,
            seed,
            data_set.roots,
            row.config(seed),
            row.scorers,
            folder
            / folder_name(data_set.name)
            / (row.folder or folder_name(row.name))
            / f"seed_{seed}",
        )
        for seed in range(first, first + num_seeds)
        for data_set in data_sets
        for row in benchmark.rows
    ]
