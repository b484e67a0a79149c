"""Cost table of a benchmark: time, memory, parameters, multiply-adds."""

import statistics
from collections.abc import Sequence

from pipelines.benchmarking.costs import Costs
from pipelines.benchmarking.result_row import ResultRow
from pipelines.evaluation.tables import NOTHING
from pipelines.evaluation.tables import Table
from pipelines.evaluation.tables import escape_markdown

_HEADER = (
    "method",
    "training, s",
    "epochs",
    "training, examples/s",
    "scoring, windows/s",
    "window, s",
    "parameters",
    "MMAC per window",
    "peak memory, MiB",
)
UNKNOWN = "?"
_VERSIONS = ("python", "keras-asd", "keras", "tensorflow", "numpy")


def cost_table(results: Sequence[ResultRow]) -> str:
    """Medians over the seeds of the costs of training, in Markdown.

    Args:
        results: Result rows in the order of the benchmark; those of further
            scorers, which share the training, are left out.

    >>> costs = Costs(9.5, 3, 100.0, 200.0, 2.0, 10, 2_000_000, 2**20, "a", {})
    >>> text = cost_table([ResultRow("kNN", "kNN", {}, {1: costs})])
    >>> " ".join(text.splitlines()[2].split())
    '| kNN | 9.5 | 3 | 100 | 200 | 2 | 10 | 2.0 | 1 |'
    """
    trained = [row for row in results if row.name == row.benchmark_row]
    rows = [[row.name, *_cells([*row.costs.values()])] for row in trained]
    note = (
        "Medians over the seeds. Training: from the data to the calibrated "
        "detector, over all attempts, each with one process and the loading "
        "of the graph; examples/s is over all of that, clips or windows of all "
        "networks. Scoring: the network with its front-end on batches of 32, "
        "without decoding. Multiply-adds (MAC): convolutions and matrix "
        "products; ? where they cannot be counted. Of a network for each "
        "machine or section, parameters and MAC are the sum: an exported "
        "model sends every window through all. Memory: main memory of the "
        "process in training and scoring, not that of a GPU; ? where it was "
        "killed on the way."
    )
    systems = {
        f"- {escape_markdown(costs.machine)}; {_versions(costs)}"
        for row in trained
        for costs in row.costs.values()
    }
    table = Table(_HEADER, rows).markdown()
    return "\n".join([table, "", note, "", *sorted(systems)]) + "\n"


def _cells(costs: Sequence[Costs]) -> list[str]:
    if not costs:
        return [NOTHING] * (len(_HEADER) - 1)

    def median(name: str) -> float | None:
        values = [getattr(training, name) for training in costs]
        known = [value for value in values if value is not None]
        return statistics.median(known) if known else None

    rate = median("training_rate")
    count, peak = median("num_multiplications"), median("peak_bytes")
    return [
        f"{median('training_seconds'):.1f}",
        f"{median('num_epochs'):g}",
        f"{rate:.3g}" if rate else NOTHING,
        f"{median('scoring_rate'):.0f}",
        f"{median('window_seconds'):g}",
        f"{median('num_parameters'):,.0f}",
        UNKNOWN if count is None else f"{count / 1e6:.1f}",
        UNKNOWN if peak is None else f"{peak / 2**20:.0f}",
    ]


def _versions(costs: Costs) -> str:
    return ", ".join(
        f"{name} {costs.versions[name]}"
        for name in _VERSIONS
        if costs.versions.get(name)
    )
