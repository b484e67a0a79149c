"""Figure of a search: the objective over every parameter."""

from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from tuning.settings.values import Value
from tuning.showing.effects import Effect
from tuning.showing.effects import lowest_usual
from tuning.showing.figure_parts import BEST_COLOR
from tuning.showing.figure_parts import TRIAL_COLOR
from tuning.showing.figure_parts import ParameterAxis
from tuning.showing.figure_parts import add_legend
from tuning.showing.figure_parts import wrap_label
from tuning.showing.trial_ranking import completed_trials
from tuning.trials.trial_record import TrialRecord

MAX_COLUMNS = 3
# With more choices than this, names are slanted.
MAX_LEVEL_NAMES = 3
CURVE_COLOR = "0.35"
GOLDEN_RATIO = 0.618034


def effects_figure(
    records: Sequence[TrialRecord],
    effects: Sequence[Effect],
    base_values: Mapping[str, Value],
    objective: str,
) -> Figure | None:
    """Draws the objective over each parameter, one point per trial.

    Args:
        records: Records of a search; those without an objective are left out.
        effects: Effects from `measure_effects`: curve and band of numbers, mean
            and interval of choices.
        base_values: Values of the configuration to improve on, by parameter,
            drawn as dotted lines.
        objective: Name of the objective, which is shown in percent.

    Returns:
        A figure with one panel per parameter, or `None` if there is no point.

    >>> record = TrialRecord("0", {"margin": 0.5}, "completed", objective=0.8)
    >>> effects = [Effect("margin", num_trials=1)]
    >>> figure = effects_figure([record], effects, {}, "val_proxy_auc")
    >>> figure.axes[0].get_title()
    'margin'
    """
    completed = completed_trials(records)
    effects = [
        effect
        for effect in effects
        if any(effect.parameter in record.values for record in completed)
    ]
    if not effects:
        return None
    columns = min(len(effects), MAX_COLUMNS)
    rows = -(-len(effects) // columns)
    figure = Figure(
        figsize=(max(4.4 * columns, 6.4), 3.4 * rows + 0.5),
        layout="constrained",
    )
    panels = figure.subplots(rows, columns, squeeze=False, sharey=True).ravel()
    for axes in panels[len(effects) :]:
        axes.remove()
    worths = [100 * r.objective for r in completed if r.objective is not None]
    lowest, highest = lowest_usual(worths), max(worths)
    room = max(0.06 * (highest - lowest), 0.1)
    for index, effect in enumerate(effects):
        axes = panels[index]
        name = effect.parameter
        axes.set_title(wrap_label(name), parse_math=False)
        axes.yaxis.set_major_locator(MaxNLocator(6))
        if index % columns == 0:
            axes.set_ylabel(f"{objective} %", parse_math=False)
        points = [
            (record.values[name], 100 * record.objective)
            for record in completed
            if name in record.values and record.objective is not None
        ]
        _draw_effect(axes, points, lowest, effect, base_values.get(name))
        axes.set_ylim(bottom=lowest - room, top=highest + room)
    add_legend(figure)
    return figure


def _draw_effect(
    axes: Axes,
    points: Sequence[tuple[Value, float]],
    lowest: float,
    effect: Effect,
    base_value: Value | None,
) -> None:
    """One panel; the best point is the first."""
    values = [value for value, _ in points]
    known = [] if base_value is None else [base_value]
    axis = ParameterAxis(effect.parameter, values + known)
    positions = np.array([axis.position(value) for value in values])
    worths = np.array([max(worth, lowest) for _, worth in points])
    is_low = np.array([worth < lowest for _, worth in points])
    if known:
        axes.axvline(
            axis.position(known[0]), color="0.4", linestyle=":", label="base"
        )
    if effect.counts:
        _draw_means(axes, axis, effect)
        # Spread evenly, independently of the order of the trials.
        spread = np.arange(len(points)) * GOLDEN_RATIO % 1 - 0.5
        positions += 0.3 * spread / len(axis.choices)
    elif effect.points:
        _draw_curve(axes, axis, effect)
    is_other = ~is_low & (np.arange(len(points)) > 0)
    axes.scatter(
        positions[is_other],
        worths[is_other],
        s=16,
        color=TRIAL_COLOR,
        label="trial",
    )
    if is_low.any():
        axes.scatter(
            positions[is_low],
            worths[is_low],
            marker="v",
            facecolors="none",
            edgecolors=TRIAL_COLOR,
            label="trial far below",
        )
    axes.scatter(
        positions[:1],
        worths[:1],
        s=110,
        marker="*",
        color=BEST_COLOR,
        edgecolors="white",
        linewidths=0.6,
        zorder=4,
        label="best trial",
    )
    is_crowded = len(axis.choices) > MAX_LEVEL_NAMES
    axes.set_xticks(
        [position for position, _ in axis.ticks],
        [wrap_label(label) for _, label in axis.ticks],
        parse_math=False,
        rotation=40 if is_crowded else 0,
        horizontalalignment="right" if is_crowded else "center",
    )
    axes.set_xlim(-0.04, 1.04)


def _draw_curve(axes: Axes, axis: ParameterAxis, effect: Effect) -> None:
    positions = [axis.position(value) for value in effect.points]
    axes.fill_between(
        positions,
        100 * np.array(effect.lows),
        100 * np.array(effect.highs),
        color=CURVE_COLOR,
        alpha=0.15,
        linewidth=0,
        label="95 % interval",
    )
    axes.plot(
        positions,
        100 * np.array(effect.means),
        color=CURVE_COLOR,
        label="smoothed",
    )


def _draw_means(axes: Axes, axis: ParameterAxis, effect: Effect) -> None:
    positions = np.array([axis.position(value) for value in effect.points])
    means, lows = 100 * np.array(effect.means), 100 * np.array(effect.lows)
    axes.errorbar(
        positions + 0.25 / len(positions),
        means,
        yerr=np.nan_to_num(means - lows),
        linestyle="",
        marker="D",
        markersize=5,
        capsize=4,
        color=CURVE_COLOR,
        label="mean, 95 % interval",
    )
