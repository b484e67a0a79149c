"""Writing of a benchmark's tables, CSV file and figures."""

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
from pipelines.benchmarking.line import Line
from pipelines.benchmarking.line_comparison import comparison_text
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
    lines = {one.name: findings.lines(one.name) for one in findings.data_sets}
    text = page_text(findings)
    files = [folder / "table.md", folder / "results.csv"]
    atomic.write_text(files[0], text)
    atomic.write_text(files[1], results_csv(lines))
    for name, own in lines.items():
        title = f"{findings.benchmark.name} on {name}"
        figure = benchmark_figure(
            title,
            own,
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
            "The same command goes on."
        )
    for name in [one.name for one in findings.data_sets]:
        lines = findings.lines(name)
        parts += [
            f"## {escape_markdown(name)}",
            comparison_text(
                lines,
                benchmark.columns,
                benchmark.reference,
                findings.num_seeds,
                findings.year(name),
            ),
        ]
        if machines := machine_table(lines):
            parts += ["### Machine by machine", machines]
        parts += ["### Costs", cost_table(lines)]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def results_csv(tables: Mapping[str, Sequence[Line]]) -> str:
    r"""Returns all results in long form, one number per line, from 0 to 1.

    Lines without machine and section are means over the machines, those without
    section are metrics of a machine. Published results have a source and no
    seed.

    Args:
        tables: Lines of each data set.

    >>> results_csv({"mine": [Line("kNN", "kNN", {})]})
    'data_set,method,seed,machine,section,metric,value,source\n'
    """
    rows = [
        (data_set, line.name, *map(str, cells), repr(value), source)
        for data_set, lines in tables.items()
        for line in lines
        for *cells, value, source in _numbers(line)
    ]
    return Table(_COLUMNS, rows).csv()


def _numbers(line: Line) -> Iterator[tuple]:
    for seed, judged in line.judged.items():
        for metric, drawn in judged.means.items():
            yield seed, "", "", metric, float(drawn[0]), _OURS
        for machine, numbers in judged.machines.items():
            for metric, drawn in numbers.items():
                yield seed, machine, "", metric, float(drawn[0]), _OURS
        for (machine, section), numbers in judged.sections.items():
            for metric, drawn in numbers.items():
                yield seed, machine, section, metric, float(drawn[0]), _OURS
    for seed, costs in line.costs.items():
        for name, value in dataclasses.asdict(costs).items():
            if isinstance(value, int | float):
                yield seed, "", "", name, float(value), _OURS
    if (printed := line.printed) is not None:
        rows = {**printed.machines, "": printed.average}
        for machine, theirs in rows.items():
            for metric, percent in zip(
                ("auc", "pauc", "mauc"), theirs, strict=False
            ):
                yield "", machine, "", metric, percent / 100, printed.source
        if printed.official_score is not None:
            value = printed.official_score / 100
            yield "", "", "", "official_score", value, printed.source
