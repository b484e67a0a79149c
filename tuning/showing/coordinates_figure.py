"""Parallel coordinates plot of the trials of a search."""

from collections.abc import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from pipelines.files.names import printable
from tuning.showing.effects import lowest_usual
from tuning.showing.figure_parts import BEST_COLOR
from tuning.showing.figure_parts import ParameterAxis
from tuning.showing.figure_parts import add_legend
from tuning.showing.figure_parts import wrap_label
from tuning.showing.trial_ranking import completed_trials
from tuning.trials.trial_record import TrialRecord

FAILED_COLOR = "0.55"
# Dark is good; the palest end of the colour map would not show on white.
COLORS = ListedColormap(colormaps["viridis_r"](np.linspace(0.08, 1, 256)))
# Lines through the same choice are spread over this share of its interval, the
# best at the lower end.
SPREAD = 0.5


def coordinates_figure(
    records: Sequence[TrialRecord], parameters: Sequence[str], objective: str
) -> Figure | None:
    """Draws each trial as a line through its values to its objective.

    Args:
        records: Records of a search. Failed trials are dashed and end in a
            cross before the objective; trials that have not ended are left out.
        parameters: Names of the searched parameters, one axis each.
        objective: Name of the objective, which is shown in percent.

    Returns:
        A figure, or `None` if no trial has ended.

    >>> record = TrialRecord("0", {"margin": 0.5}, "completed", objective=0.8)
    >>> figure = coordinates_figure([record], ["margin"], "val_proxy_auc")
    >>> figure.legends[0].get_texts()[0].get_text()
    'best: trial 0 (80.00 %)'

    Reference: Inselberg, The plane with parallel coordinates, 1985.
    """
    failed = [record for record in records if record.status == "failed"]
    drawn = [
        record
        for record in completed_trials(records) + failed
        if set(parameters) <= set(record.values)
    ]
    if not drawn:
        return None
    width = 1.25 * len(parameters) + 3.5
    figure = Figure(figsize=(max(6.4, width), 4.8), layout="constrained")
    axes = figure.subplots()
    routes = np.empty((len(drawn), len(parameters)))
    for column, name in enumerate(parameters):
        values = [record.values[name] for record in drawn]
        axis = ParameterAxis(name, values)
        routes[:, column] = [axis.position(value) for value in values]
        if axis.choices:
            shift = np.linspace(-0.5, 0.5, len(drawn))
            routes[:, column] += SPREAD * shift / len(axis.choices)
        _draw_axis(axes, column, name, axis.ticks)
    num_completed = sum(record.status == "completed" for record in drawn)
    if num_completed:
        _draw_completed(
            axes, drawn[:num_completed], routes[:num_completed], objective
        )
    for route in routes[num_completed:]:
        axes.plot(
            range(len(parameters)),
            route,
            color=FAILED_COLOR,
            linewidth=0.9,
            linestyle="--",
            marker="x",
            markevery=[-1],
            label=f"failed ({len(drawn) - num_completed})",
        )
    axes.set_axis_off()
    axes.set_xlim(-0.45, len(parameters) + (0.45 if num_completed else -0.6))
    axes.set_ylim(-0.03, 1.03)
    add_legend(figure)
    return figure


def _draw_axis(
    axes: Axes,
    x: float,
    name: str,
    ticks: Sequence[tuple[float, str]],
    side: int = -1,
) -> None:
    """A vertical axis with ticks to its left (-1) or right (1)."""
    axes.plot([x, x], [0, 1], color="0.25", linewidth=1, zorder=4)
    for height, label in ticks:
        tick = [x, x + 0.03 * side]
        axes.plot(tick, [height] * 2, color="0.25", linewidth=1, zorder=4)
        axes.text(
            x + 0.05 * side,
            height,
            wrap_label(label),
            horizontalalignment="right" if side < 0 else "left",
            verticalalignment="center",
            fontsize="small",
            parse_math=False,
            zorder=6,
            bbox={"facecolor": "white", "alpha": 0.75, "pad": 0.8, "lw": 0},
        )
    axes.text(
        x,
        1.06,
        wrap_label(name),
        horizontalalignment="center",
        verticalalignment="bottom",
        parse_math=False,
    )


def _draw_completed(
    axes: Axes,
    completed: Sequence[TrialRecord],
    routes: np.ndarray,
    objective: str,
) -> None:
    """Lines of the trials with an objective, and the last axis."""
    worths = [
        100 * record.objective
        for record in completed
        if record.objective is not None
    ]
    lowest = lowest_usual(worths)
    axis = ParameterAxis("", [worths[0], lowest])
    heights = [axis.position(max(worth, lowest)) for worth in worths]
    ticks = axis.ticks
    if min(worths) < lowest:
        ticks = [(0.0, f"{lowest:.4g} or less"), *ticks]
        ticks = [tick for tick in ticks if not 0 < tick[0] < 0.05]
    last = routes.shape[1]
    routes = np.column_stack([routes, heights])
    for height, route in zip(heights[:0:-1], routes[:0:-1], strict=True):
        axes.plot(range(last + 1), route, color=COLORS(height), lw=1.3)
    axes.plot(
        range(last + 1),
        routes[0],
        color=BEST_COLOR,
        linewidth=3.2,
        zorder=5,
        label=f"best: trial {printable(completed[0].name)} ({worths[0]:.2f} %)",
    )
    axes.imshow(
        np.linspace(0, 1, 256)[:, None],
        extent=(last, last + 0.06, 0, 1),
        aspect="auto",
        origin="lower",
        cmap=COLORS,
        vmin=0,
        vmax=1,
        zorder=4,
    )
    _draw_axis(axes, last + 0.06, f"{objective} %", ticks, side=1)
