"""Panels of an explanation: pictures over time and frequency, and curves."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pipelines.pictures.explanation import Explanation
from pipelines.pictures.pointing import strongest_cell

MAX_POINTS = 800
# Both suit colour-blind readers; the second is white at zero.
LEVEL_COLORS = "viridis"
MAP_COLORS = "PuOr_r"
RISE_COLOR, FALL_COLOR = "#E66101", "#5E3C99"
NICE_HZ = (125, 250, 500, 1000, 2000, 4000, 8000, 16000, 32000)


def draw_maps(
    figure: Figure,
    above: Axes,
    below: Axes,
    explanation: Explanation,
    map_unit: str,
) -> None:
    """Draws a representation `(frames, bins)` above its map.

    Args:
        figure: Figure of both panels.
        above: Panel of the representation.
        below: Panel of the map.
        explanation: Explanation of two axes.
        map_unit: What the map measures.
    """
    (time_label, time), (label, coordinates) = explanation.axes
    limit = np.abs(explanation.importance).max() or 1.0
    low, high = np.percentile(explanation.values, (2, 99.8))
    for axes, values, unit, style in (
        (
            above,
            explanation.values,
            explanation.unit,
            {"cmap": LEVEL_COLORS, "vmin": low, "vmax": high},
        ),
        (
            below,
            explanation.importance,
            map_unit,
            {"cmap": MAP_COLORS, "vmin": -limit, "vmax": limit},
        ),
    ):
        draw_picture(figure, axes, values, (time, coordinates), unit, style)
        axes.set_ylabel(label)
    mark(below, explanation.importance, time)
    below.set_xlabel(time_label.replace("time,", "time in the recording,"))


def draw_picture(
    figure: Figure,
    axes: Axes,
    values: np.ndarray,
    coordinates: tuple[np.ndarray, np.ndarray],
    unit: str,
    style: dict[str, Any],
) -> None:
    """Draws values `(frames, bands)` with a colour bar.

    Args:
        figure: Figure of the panel.
        axes: Panel.
        values: Values to show.
        coordinates: Time of each frame, and frequency of each band.
        unit: Unit of the values.
        style: Further arguments of `imshow`.
    """
    time, rows = coordinates
    step = time[1] - time[0] if len(time) > 1 else 1.0
    picture = axes.imshow(
        values.T,
        origin="lower",
        aspect="auto",
        interpolation="nearest",
        extent=(
            time[0] - step / 2,
            time[-1] + step / 2,
            -0.5,
            len(rows) - 0.5,
        ),
        **style,
    )
    figure.colorbar(picture, ax=axes, label=unit)
    axes.set_yticks(*_ticks(rows))
    axes.set_ylabel("frequency, Hz")


def mark(axes: Axes, values: np.ndarray, time: np.ndarray) -> None:
    """Rings the strongest cell, where one is above zero.

    Args:
        axes: Panel that shows the values.
        values: Values `(frames, rows)`.
        time: Time of each frame.
    """
    if values.max() <= 0:
        axes.text(
            0.5,
            0.5,
            "nothing here raises the score",
            ha="center",
            transform=axes.transAxes,
        )
        return
    frame, row = strongest_cell(values)
    axes.plot(
        time[frame],
        row,
        "o",
        markersize=14,
        markerfacecolor="none",
        markeredgecolor="black",
        clip_on=False,
    )


def _ticks(coordinates: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Rows and names of round values; octaves where rows grow wider."""
    steps = np.diff(coordinates)
    is_even = len(steps) < 2 or np.ptp(steps) < 1e-3 * steps.max()
    nice = np.array(NICE_HZ, "float64")
    if is_even:
        locator = MaxNLocator(6, steps=[1, 2, 5, 10])
        nice = np.asarray(locator.tick_values(coordinates[0], coordinates[-1]))
    nice = nice[(nice >= coordinates[0]) & (nice <= coordinates[-1])]
    rows = np.interp(nice, coordinates, np.arange(len(coordinates)))
    return rows, [f"{value:g}" for value in nice]


def draw_curves(
    figure: Figure,
    above: Axes,
    below: Axes,
    explanation: Explanation,
    map_unit: str,
) -> None:
    """Draws a representation `(bins,)` above its map; see `draw_maps`."""
    ((label, coordinates),) = explanation.axes
    width = -(-len(coordinates) // MAX_POINTS)
    starts = np.arange(0, len(coordinates), width)
    thinned = coordinates[starts]
    above.plot(
        thinned,
        np.maximum.reduceat(explanation.values, starts),
        color="0.25",
        linewidth=0.8,
    )
    above.set_ylabel(explanation.unit)
    importance = np.add.reduceat(explanation.importance, starts)
    importance = importance / np.diff([*starts, len(coordinates)])
    below.axhline(0, color="0.6", linewidth=0.8)
    for is_part, color in (
        (importance > 0, RISE_COLOR),
        (importance < 0, FALL_COLOR),
    ):
        below.fill_between(
            thinned,
            np.where(is_part, importance, 0.0),
            color=color,
            linewidth=0,
        )
    below.set_ylabel(map_unit)
    below.set_xlabel(label)
    below.margins(x=0)
