"""Report of a benchmark: tables, CSV file and figures."""

import dataclasses
import pathlib
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

from pipelines import atomic
from pipelines.benchmarking.by_machine import machine_table
from pipelines.benchmarking.cell_plan import folder_name
from pipelines.benchmarking.cost_overview import cost_table
from pipelines.benchmarking.figure import benchmark_figure
from pipelines.benchmarking.findings import Findings
from pipelines.benchmarking.result_row import ResultRow
from pipelines.benchmarking.row_comparison import comparison_text
from pipelines.evaluation.plots import render_png
from pipelines.evaluation.tables import Table
from pipelines.evaluation.tables import escape_markdown

_COLUMNS = (
    "data_set",
    "method",
    "seed",
    "machine",
    "section",
    "metric",
    "value",
    "source",
)
_OURS = "ours"


def write_tables(
    findings: Findings, folder: pathlib.Path
) -> tuple[str, tuple[pathlib.Path, ...]]:
    """Writes `table.md`, `results.csv` and a figure for each data set.

    Args:
        findings: Results so far.
        folder: Folder of the files.

    Returns:
        The text of `table.md`, and the paths of the files.

    >>> import tempfile
    >>> from pipelines.benchmarking.benchmark import Benchmark
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> findings = Findings(Benchmark("mine", "Which?", (), ""), [], 3)
    >>> [path.name for path in write_tables(findings, folder)[1]]
    ['table.md', 'results.csv']
    """
    results = {
        data_set.name: findings.rows(data_set.name)
        for data_set in findings.data_sets
    }
    text = page_text(findings)
    files = [folder / "table.md", folder / "results.csv"]
    atomic.write_text(files[0], text)
    atomic.write_text(files[1], results_csv(results))
    for name, rows in results.items():
        title = f"{findings.benchmark.name} on {name}"
        figure = benchmark_figure(
            title,
            rows,
            findings.benchmark.reference,
            findings.benchmark.columns,
        )
        files.append(folder / f"figure_{folder_name(name)}.png")
        with atomic.replacing(files[-1]) as temporary:
            temporary.write_bytes(render_png(figure))
    return text, tuple(files)


def page_text(findings: Findings) -> str:
    r"""Returns all tables of a benchmark in Markdown.

    >>> from pipelines.benchmarking.benchmark import Benchmark
    >>> page_text(Findings(Benchmark("mine", "Which?", (), ""), [], 3))
    '# Benchmark mine\n\nWhich?\n'
    """
    benchmark = findings.benchmark
    parts = [
        f"# Benchmark {escape_markdown(benchmark.name)}",
        escape_markdown(" ".join(benchmark.question.split())),
    ]
    num_all = len(findings.data_sets) * len(benchmark.rows) * findings.num_seeds
    if findings.num_cells < num_all:
        parts.append(
            f"**Not finished: {findings.num_cells} of {num_all} trainings.** "
            "The same command continues it."
        )
    for data_set in findings.data_sets:
        name = data_set.name
        results = findings.rows(name)
        parts += [
            f"## {escape_markdown(name)}",
            comparison_text(
                results,
                benchmark.columns,
                benchmark.reference,
                findings.num_seeds,
                findings.year(name),
            ),
        ]
        if machines := machine_table(results):
            parts += ["### Machine by machine", machines]
        parts += ["### Costs", cost_table(results)]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def results_csv(results: Mapping[str, Sequence[ResultRow]]) -> str:
    r"""Returns all results in long form, one number per row, from 0 to 1.

    Rows without machine and section are means over the machines, those without
    section are metrics of a machine. Published results have a source and no
    seed.

    Args:
        results: Result rows of each data set.

    >>> results_csv({"mine": [ResultRow("kNN", "kNN", {})]})
    'data_set,method,seed,machine,section,metric,value,source\n'
    """
    rows = [
        (data_set, row.name, *map(str, cells), repr(value), source)
        for data_set, result_rows in results.items()
        for row in result_rows
        for *cells, value, source in _numbers(row)
    ]
    return Table(_COLUMNS, rows).csv()


def _numbers(row: ResultRow) -> Iterator[tuple]:
    for seed, metrics in row.metrics.items():
        for metric, drawn in metrics.means.items():
            yield seed, "", "", metric, drawn.number, _OURS
        for machine, numbers in metrics.machines.items():
            for metric, drawn in numbers.items():
                yield seed, machine, "", metric, drawn.number, _OURS
        for (machine, section), numbers in metrics.sections.items():
            for metric, drawn in numbers.items():
                yield seed, machine, section, metric, drawn.number, _OURS
    for seed, costs in row.costs.items():
        for name, value in dataclasses.asdict(costs).items():
            if isinstance(value, int | float):
                yield seed, "", "", name, float(value), _OURS
    if (printed := row.printed) is not None:
        published = {**printed.machines, "": printed.average}
        for machine, theirs in published.items():
            for metric, percent in zip(
                ("auc", "pauc", "mauc"), theirs, strict=False
            ):
                yield "", machine, "", metric, percent / 100, printed.source
        if printed.official_score is not None:
            value = printed.official_score / 100
            yield "", "", "", "official_score", value, printed.source
