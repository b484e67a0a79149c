"""Table of AUC, pAUC and mAUC per machine, beside published results."""

from collections.abc import Callable
from collections.abc import Sequence

from pipelines.benchmarking.benchmark import PrintedNumbers
from pipelines.benchmarking.result_row import ResultRow
from pipelines.evaluation.tables import NOTHING
from pipelines.evaluation.tables import Table
from pipelines.evaluation.tables import escape_markdown

_AVERAGE = "average"


def machine_table(results: Sequence[ResultRow]) -> str:
    """AUC / pAUC and mAUC of each machine, beside published results.

    Args:
        results: Result rows in the order of the benchmark.

    Returns:
        Markdown; empty for a single machine without published results.

    >>> machine_table([ResultRow("kNN", "kNN", {})])
    ''

    Reference: Choi & Choi, Tables 1 to 3,
    https://ieeexplore.ieee.org/document/10447764
    """
    machines = sorted({name for row in results for name in row.machines})
    printed = [row.printed for row in results if row.printed is not None]
    if len(machines) < 2 and not printed:
        return ""
    known = sorted({name for numbers in printed for name in numbers.machines})
    machines += [name for name in known if name not in machines]
    text = ["AUC / pAUC, %", ""]
    text.append(_grid(results, machines, _areas, _printed_areas))
    has_worst = any(
        len([key for key in metrics.sections if key[0] == machine]) > 1
        for row in results
        for metrics in row.metrics.values()
        for machine in metrics.machines
    )
    if has_worst or any(map(_has_worst, printed)):
        text += ["", "mAUC: AUC of the worst section, %", ""]
        text.append(_grid(results, machines, _worst, _printed_worst))
    sources = {
        f"- {escape_markdown(row.name)}, theirs: "
        f"{escape_markdown(row.printed.source)}"
        for row in results
        if row.printed is not None
    }
    if sources:
        text += [
            "",
            "Theirs are numbers as printed, reached on the data and by the "
            "selection of their source; ours are those of these trainings.",
            "",
            *sorted(sources),
        ]
    scores = [
        f"- {escape_markdown(row.name)}, theirs: official score "
        f"{row.printed.official_score:.2f} %"
        for row in results
        if row.printed is not None and row.printed.official_score is not None
    ]
    return "\n".join([*text, *scores]) + "\n"


def _grid(
    results: Sequence[ResultRow],
    machines: list[str],
    measured: Callable[[ResultRow, str | None], str],
    printed: Callable[[tuple[float, ...]], str],
) -> str:
    rows = []
    for row in results:
        cells = [
            measured(row, name) if name in row.machines else NOTHING
            for name in machines
        ]
        theirs = row.printed
        is_beside = theirs is not None and theirs.machines
        name = f"{row.name}, ours" if is_beside else row.name
        rows.append([name, *cells, measured(row, None)])
        if theirs is not None and theirs.machines:
            numbers = [theirs.machines.get(name, ()) for name in machines]
            cells = [*map(printed, [*numbers, theirs.average])]
            rows.append([f"{row.name}, theirs", *cells])
    return Table(["method", *machines, _AVERAGE], rows).markdown()


def _areas(row: ResultRow, machine: str | None) -> str:
    numbers = [row.number(name, machine) for name in ("auc", "pauc")]
    if any(number is None for number in numbers):
        return NOTHING
    return " / ".join(
        f"{100 * number.mean:.2f}" for number in numbers if number
    )


def _worst(row: ResultRow, machine: str | None) -> str:
    number = row.number("mauc", machine)
    return NOTHING if number is None else f"{100 * number.mean:.2f}"


def _printed_areas(numbers: tuple[float, ...]) -> str:
    return " / ".join(f"{area:.2f}" for area in numbers[:2]) or NOTHING


def _printed_worst(numbers: tuple[float, ...]) -> str:
    return f"{numbers[2]:.2f}" if len(numbers) > 2 else NOTHING


def _has_worst(printed: PrintedNumbers) -> bool:
    rows = [*printed.machines.values(), printed.average]
    return any(len(numbers) > 2 for numbers in rows)
