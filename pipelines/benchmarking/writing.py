"""Writing of a benchmark's tables, CSV file and figures."""

import pathlib

from pipelines import atomic
from pipelines.benchmarking.by_machine import machine_table
from pipelines.benchmarking.cell_plan import folder_name
from pipelines.benchmarking.cost_overview import cost_table
from pipelines.benchmarking.figure import benchmark_figure
from pipelines.benchmarking.findings import Findings
from pipelines.benchmarking.line_comparison import comparison_text
from pipelines.benchmarking.results_file import results_csv
from pipelines.evaluation.plots import render_png
from pipelines.evaluation.tables import escape_markdown


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
