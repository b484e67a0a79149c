"""Figure of the results of a benchmark on one data set."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipelines.benchmarking.benchmark import DEFAULT_COLUMNS
from pipelines.benchmarking.result_row import ResultRow
from pipelines.evaluation.plots import ANOMALY_COLOR
from pipelines.evaluation.plots import NORMAL_COLOR
from pipelines.files.names import printable

_PANELS = {
    "auc": "AUC (%)",
    "domain_auc": "AUC (%)",
    "official_score": "official score (%)",
    "spread": "spread of the embeddings, one circle a seed",
}
# Spread drawn if all clips have one direction; a logarithm needs more than 0.
LEAST_SPREAD = 1e-6


def benchmark_figure(
    title: str,
    results: Sequence[ResultRow],
    reference: str,
    columns: Sequence[str] = DEFAULT_COLUMNS,
) -> Figure:
    """Draws mean, interval, seeds and embedding spread of every row.

    Args:
        title: Heading of the figure.
        results: Result rows in the order of the benchmark.
        reference: Name of the row whose mean is drawn across the panel.
        columns: Columns of the benchmark; AUC, official score and embedding
            spread have panels.

    >>> row = ResultRow("kNN", "kNN", {})
    >>> figure = benchmark_figure("Which?", [row], "kNN")
    >>> [axes.get_xlabel() for axes in figure.axes]
    ['AUC (%)', 'official score (%)']
    """
    height = 1.6 + 0.34 * len(results)
    figure = Figure(figsize=(10.4, height), layout="constrained")
    figure.suptitle(printable(title), parse_math=False, wrap=True)
    shown = [name for name in columns if name in _PANELS]
    panels = figure.subplots(1, len(shown), sharey=True, squeeze=False)[0]
    for axes, name in zip(panels, shown, strict=True):
        if name == "spread":
            _draw_spreads(axes, results)
        else:
            _draw(axes, results, name, reference)
        axes.set_xlabel(_PANELS[name])
    panels[0].set_yticks(
        range(len(results)), [printable(row.name) for row in results]
    )
    for text in panels[0].get_yticklabels():
        text.set_parse_math(False)
    panels[0].set_ylim(len(results) - 0.5, -0.5)
    handles, labels = panels[0].get_legend_handles_labels()
    named = dict(zip(labels, handles, strict=True))
    if named:
        figure.legend(
            list(named.values()),
            list(named),
            loc="outside lower center",
            ncols=len(named),
            frameon=False,
        )
    return figure


def _draw(
    axes: Axes, results: Sequence[ResultRow], metric: str, reference: str
) -> None:
    for height, row in enumerate(results):
        number = row.number(metric)
        if number is None:
            continue
        if number.interval is not None:
            axes.plot(
                [100 * bound for bound in number.interval],
                [height] * 2,
                color="0.6",
                linewidth=2,
                label="95 % interval over clips",
            )
        seeds = [
            100 * seed.means[metric].number for seed in row.metrics.values()
        ]
        axes.plot(
            seeds,
            [height] * len(seeds),
            marker="|",
            markersize=9,
            linestyle="",
            color=ANOMALY_COLOR,
            label="a seed",
        )
        axes.plot(
            100 * number.mean,
            height,
            marker="o",
            linestyle="",
            color=NORMAL_COLOR,
            label="mean of the seeds",
        )
        if row.name == reference:
            axes.axvline(100 * number.mean, color=NORMAL_COLOR, linewidth=0.8)
    for height, row in enumerate(results):
        printed = _printed(row, metric)
        if printed is not None:
            axes.plot(
                printed,
                height,
                marker="D",
                markersize=5,
                linestyle="",
                color="0.2",
                fillstyle="none",
                label="as they printed",
            )
    axes.axvline(50, color="0.7", linewidth=1, linestyle="--")
    axes.grid(axis="x", color="0.92")
    axes.set_axisbelow(True)


def _draw_spreads(axes: Axes, results: Sequence[ResultRow]) -> None:
    for height, row in enumerate(results):
        spreads = [max(spread, LEAST_SPREAD) for spread in row.spreads.values()]
        axes.plot(
            spreads,
            [height] * len(spreads),
            marker="o",
            linestyle="",
            color=ANOMALY_COLOR,
            fillstyle="none",
        )
    axes.set_xscale("log")
    axes.grid(axis="x", color="0.92")
    axes.set_axisbelow(True)


def _printed(row: ResultRow, metric: str) -> float | None:
    if row.printed is None:
        return None
    if metric == "official_score":
        return row.printed.official_score
    return row.printed.average[0] if row.printed.average else None
