"""Figure of an explanation: representations above their RISE maps."""

import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pipelines.datasets.clip import Clip
from pipelines.files.names import escape_name
from pipelines.files.names import printable
from pipelines.pictures.explanation import Explanation

MAX_POINTS = 800
# Both suit colour-blind readers; the second is white at zero.
LEVEL_COLORS = "viridis"
MAP_COLORS = "PuOr_r"
RISE_COLOR, FALL_COLOR = "#E66101", "#5E3C99"
TITLE_WIDTH = 66
NICE_HZ = (125, 250, 500, 1000, 2000, 4000, 8000, 16000, 32000)


def explanation_figure(
    explanations: Sequence[Explanation], clip: Clip, anomaly_score: float
) -> Figure:
    """Draws every representation of a clip above its map.

    Args:
        explanations: One or more explanations of the clip.
        clip: Clip, for its name, machine, section and label.
        anomaly_score: Anomaly score of the clip.

    Returns:
        Figure of one column a representation. Maps are orange where the
        content raises the score, and purple where it lowers it.

    Raises:
        ValueError: If there is no explanation.

    >>> import pathlib
    >>> clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "test", True)
    >>> axes = (("frequency, Hz", np.arange(9.0)),)
    >>> made = Explanation("spectrum", np.zeros(9), "dB", axes, np.ones(9))
    >>> len(explanation_figure([made], clip, 1.5).axes)
    2

    Reference: Petsiuk et al., https://arxiv.org/abs/1806.07421
    """
    if not explanations:
        raise ValueError(
            "`explanations` must hold one or more. Received: none. Make them "
            "with `explain_clip`."
        )
    columns = len(explanations)
    figure = Figure(figsize=(5.6 * columns + 0.6, 6.4), layout="constrained")
    panels = figure.subplots(2, columns, squeeze=False, sharex="col")
    label = {None: "", False: ", normal", True: ", anomaly"}[clip.is_anomaly]
    name = textwrap.fill(escape_name(clip.path.name), TITLE_WIDTH * columns)
    figure.suptitle(
        f"{name}\n{printable(clip.key)}{label}, "
        f"anomaly score {anomaly_score:.4g}",
        parse_math=False,
        fontsize="medium",
    )
    for explanation, (above, below) in zip(explanations, panels.T, strict=True):
        above.set_title(printable(explanation.name), parse_math=False)
        draw = _draw_curves if explanation.values.ndim == 1 else _draw_maps
        draw(figure, above, below, explanation)
    return figure


def _draw_maps(
    figure: Figure, above: Axes, below: Axes, explanation: Explanation
) -> None:
    (time_label, time), (label, coordinates) = explanation.axes
    step = time[1] - time[0] if len(time) > 1 else 1.0
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
            "rise of the anomaly score",
            {"cmap": MAP_COLORS, "vmin": -limit, "vmax": limit},
        ),
    ):
        picture = axes.imshow(
            values.T,
            origin="lower",
            aspect="auto",
            interpolation="nearest",
            extent=(
                time[0] - step / 2,
                time[-1] + step / 2,
                -0.5,
                len(coordinates) - 0.5,
            ),
            **style,
        )
        figure.colorbar(picture, ax=axes, label=unit)
        ticks, names = _ticks(coordinates)
        axes.set_yticks(ticks, names)
        axes.set_ylabel(label)
    below.set_xlabel(time_label)


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


def _draw_curves(
    figure: Figure, above: Axes, below: Axes, explanation: Explanation
) -> None:
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
    below.set_ylabel("rise of the anomaly score")
    below.set_xlabel(label)
    below.margins(x=0)
