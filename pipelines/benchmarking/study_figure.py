"""The picture of a study."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipelines.benchmarking.numbers import RowNumbers
from pipelines.evaluation.plots import ANOMALY_COLOR
from pipelines.evaluation.plots import NORMAL_COLOR

# Where all clips have one direction; a logarithm needs more than zero.
LEAST_SPREAD = 1e-6


def study_figure(question: str, rows: Sequence[RowNumbers]) -> Figure:
    """Draws AUC and spread of the embeddings, line by line.

    Args:
        question: Heading.
        rows: Lines of the study.

    >>> from pipelines.benchmarking.numbers import Number
    >>> half = Number(0.5, 0.0, (0.4, 0.6))
    >>> row = RowNumbers("AdaCos", half, half, half, (0.9,), 12)
    >>> len(study_figure("Why?", [row]).axes)
    2
    """
    height = 1.4 + 0.42 * len(rows)
    figure = Figure(figsize=(9.6, height), layout="constrained")
    figure.suptitle(question)
    left, right = figure.subplots(
        1, 2, sharey=True, gridspec_kw={"width_ratios": [3, 2]}
    )
    _draw_areas(left, rows)
    _draw_spreads(right, rows)
    left.set_yticks(range(len(rows)), [row.name for row in rows])
    left.set_ylim(len(rows) - 0.5, -0.5)
    return figure


def _draw_areas(axes: Axes, rows: Sequence[RowNumbers]) -> None:
    for place, row in enumerate(rows):
        low, high = row.auc.interval
        axes.plot(
            [100 * low, 100 * high], [place] * 2, color="0.6", linewidth=2
        )
        axes.errorbar(
            100 * row.auc.mean,
            place,
            xerr=100 * row.auc.deviation,
            marker="o",
            color=NORMAL_COLOR,
            capsize=3,
        )
    axes.axvline(50, color="0.7", linewidth=1, linestyle="--")
    axes.set_xlabel(
        "AUC (%): mean, deviation over seeds;\ngrey: 95 % interval over clips"
    )
    axes.grid(axis="x", color="0.92")
    axes.set_axisbelow(True)


def _draw_spreads(axes: Axes, rows: Sequence[RowNumbers]) -> None:
    for place, row in enumerate(rows):
        axes.plot(
            [max(spread, LEAST_SPREAD) for spread in row.spreads],
            [place] * len(row.spreads),
            marker="o",
            linestyle="",
            color=ANOMALY_COLOR,
            fillstyle="none",
        )
    axes.set_xscale("log")
    axes.set_xlabel("spread of the embeddings,\none circle a seed")
    axes.grid(axis="x", color="0.92")
    axes.set_axisbelow(True)
