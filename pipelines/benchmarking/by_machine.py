"""Table of metrics per machine, in the layout of the paper."""

from collections.abc import Callable
from collections.abc import Sequence

from pipelines.benchmarking.benchmark import PrintedNumbers
from pipelines.benchmarking.line import Line
from pipelines.evaluation.tables import NOTHING
from pipelines.evaluation.tables import Table
from pipelines.evaluation.tables import escape_markdown

_AVERAGE = "average"


def machine_table(lines: Sequence[Line]) -> str:
    """AUC / pAUC and mAUC of each machine, beside published results.

    Args:
        lines: Lines in the order of the benchmark.

    Returns:
        Markdown; empty for a single machine without published results.

    >>> machine_table([Line("kNN", "kNN", {})])
    ''

    Reference: Choi & Choi, Tables 1 to 3,
    https://ieeexplore.ieee.org/document/10447764
    """
    machines = sorted({name for line in lines for name in line.machines})
    printed = [line.printed for line in lines if line.printed is not None]
    if len(machines) < 2 and not printed:
        return ""
    known = sorted({name for one in printed for name in one.machines})
    machines += [name for name in known if name not in machines]
    text = ["AUC / pAUC, %", ""]
    text.append(_grid(lines, machines, _areas, _printed_areas))
    has_worst = any(
        len([key for key in one.sections if key[0] == machine]) > 1
        for line in lines
        for one in line.judged.values()
        for machine in one.machines
    )
    if has_worst or any(_has_worst(one) for one in printed):
        text += ["", "mAUC: AUC of the worst section, %", ""]
        text.append(_grid(lines, machines, _worst, _printed_worst))
    sources = {
        f"- {escape_markdown(line.name)}, theirs: "
        f"{escape_markdown(line.printed.source)}"
        for line in lines
        if line.printed is not None
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
        f"- {escape_markdown(line.name)}, theirs: official score "
        f"{line.printed.official_score:.2f} %"
        for line in lines
        if line.printed is not None and line.printed.official_score is not None
    ]
    return "\n".join([*text, *scores]) + "\n"


def _grid(
    lines: Sequence[Line],
    machines: list[str],
    own: Callable[[Line, str | None], str],
    printed: Callable[[tuple[float, ...]], str],
) -> str:
    rows = []
    for line in lines:
        cells = [
            own(line, name) if name in line.machines else NOTHING
            for name in machines
        ]
        theirs = line.printed
        is_beside = theirs is not None and theirs.machines
        name = f"{line.name}, ours" if is_beside else line.name
        rows.append([name, *cells, own(line, None)])
        if theirs is not None and theirs.machines:
            numbers = [theirs.machines.get(name, ()) for name in machines]
            cells = [printed(one) for one in [*numbers, theirs.average]]
            rows.append([f"{line.name}, theirs", *cells])
    return Table(["method", *machines, _AVERAGE], rows).markdown()


def _areas(line: Line, machine: str | None) -> str:
    numbers = [line.number(name, machine) for name in ("auc", "pauc")]
    if any(one is None for one in numbers):
        return NOTHING
    return " / ".join(f"{100 * one.mean:.2f}" for one in numbers if one)


def _worst(line: Line, machine: str | None) -> str:
    number = line.number("mauc", machine)
    return NOTHING if number is None else f"{100 * number.mean:.2f}"


def _printed_areas(numbers: tuple[float, ...]) -> str:
    return " / ".join(f"{one:.2f}" for one in numbers[:2]) or NOTHING


def _printed_worst(numbers: tuple[float, ...]) -> str:
    return f"{numbers[2]:.2f}" if len(numbers) > 2 else NOTHING


def _has_worst(printed: PrintedNumbers) -> bool:
    rows = [*printed.machines.values(), printed.average]
    return any(len(numbers) > 2 for numbers in rows)
