"""CSV file of all results of a benchmark."""

import dataclasses
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

from pipelines.benchmarking.line import Line
from pipelines.evaluation.tables import Table

COLUMNS = (
    "data_set",
    "method",
    "seed",
    "machine",
    "section",
    "metric",
    "value",
    "source",
)
OURS = "ours"


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
    return Table(COLUMNS, rows).csv()


def _numbers(line: Line) -> Iterator[tuple]:
    for seed, judged in line.judged.items():
        for metric, drawn in judged.means.items():
            yield seed, "", "", metric, drawn.number, OURS
        for machine, numbers in judged.machines.items():
            for metric, drawn in numbers.items():
                yield seed, machine, "", metric, drawn.number, OURS
        for (machine, section), numbers in judged.sections.items():
            for metric, drawn in numbers.items():
                yield seed, machine, section, metric, drawn.number, OURS
    for seed, costs in line.costs.items():
        for name, value in dataclasses.asdict(costs).items():
            if isinstance(value, int | float):
                yield seed, "", "", name, float(value), OURS
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
