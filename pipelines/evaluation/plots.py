"""Plots of an evaluation: angle histograms and ROC curves."""

import io
import warnings
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from keras_asd.metrics import roc_auc
from keras_asd.metrics import roc_curves
from keras_asd.metrics.dcase import MAX_FPR
from pipelines.files.names import printable
from pipelines.methods.scored_clip import ScoredClip

BIN_DEGREES = 2.0
MAX_COLUMNS = 3

# Okabe & Ito's colours, which colour-blind readers can distinguish.
NORMAL_COLOR = "#0072B2"
ANOMALY_COLOR = "#D55E00"
SECTION_COLORS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#000000",
)
SECTION_LINES = ("-", "--", "-.", ":")


def angle_figure(scored_clips: Sequence[ScoredClip]) -> Figure | None:
    """Draws histograms of the angles between clips and their class centre.

    Args:
        scored_clips: Scored clips of one or more machines; those without a
            label or an angle are left out.

    Returns:
        A figure with one panel per machine, or `None` if no clip is left.

    >>> import pathlib
    >>> from pipelines.datasets.clip import Clip
    >>> clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "test", True)
    >>> figure = angle_figure([ScoredClip(clip, 1.0, angle_degrees=40.0)])
    >>> figure.axes[0].get_title()
    'fan'

    Reference: Choi & Choi, Figure 1,
    https://ieeexplore.ieee.org/document/10447764
    """
    machines: dict[str, dict[bool, list[float]]] = {}
    for scored in scored_clips:
        is_anomaly, angle = scored.clip.is_anomaly, scored.angle_degrees
        if is_anomaly is not None and angle is not None:
            angles = machines.setdefault(scored.clip.machine, {})
            angles.setdefault(is_anomaly, []).append(angle)
    if not machines:
        return None
    largest = max(max(sum(row.values(), [])) for row in machines.values())
    num_bins = int(largest // BIN_DEGREES) + 1
    bins = BIN_DEGREES * np.arange(num_bins + 1)
    figure, panels = _panels(sorted(machines))
    for machine, axes in panels.items():
        _draw_angles(axes, machines[machine], bins)
    return figure


def roc_figure(scored_clips: Sequence[ScoredClip]) -> Figure | None:
    """Draws the ROC curve of every section that has clips of both labels.

    Args:
        scored_clips: Scored clips of one or more machines.

    Returns:
        A figure with one panel per machine, or `None` if there is no curve.

    >>> import pathlib
    >>> from pipelines.datasets.clip import Clip
    >>> path = pathlib.Path("a.wav")
    >>> clips = [Clip(path, "fan", "id_00", "test", i == 1) for i in range(2)]
    >>> scored = [ScoredClip(clip, i) for i, clip in enumerate(clips)]
    >>> roc_figure(scored).axes[0].get_legend().get_texts()[0].get_text()
    '100.0 %  id_00'
    """
    sections: dict[tuple[str, str], list[tuple[bool, float]]] = {}
    for scored in scored_clips:
        clip = scored.clip
        if clip.is_anomaly is not None:
            pairs = sections.setdefault((clip.machine, clip.section), [])
            pairs.append((clip.is_anomaly, scored.anomaly_score))
    machines: dict[str, dict[str, list[tuple[bool, float]]]] = {}
    for (machine, section), pairs in sorted(sections.items()):
        if len({is_anomaly for is_anomaly, _ in pairs}) == 2:
            machines.setdefault(machine, {})[section] = pairs
    if not machines:
        return None
    figure, panels = _panels(sorted(machines))
    for machine, axes in panels.items():
        _draw_curves(axes, machines[machine])
    return figure


def render_png(figure: Figure) -> bytes:
    r"""Returns the figure as a PNG image, without opening a window.

    >>> render_png(Figure())[:4]
    b'\x89PNG'
    """
    picture = io.BytesIO()
    with warnings.catch_warnings():
        # Names may have letters that the font lacks; they show as boxes.
        warnings.filterwarnings("ignore", "Glyph .* missing from")
        figure.savefig(picture, format="png", dpi=144)
    return picture.getvalue()


def _panels(machines: list[str]) -> tuple[Figure, dict[str, Axes]]:
    columns = min(len(machines), MAX_COLUMNS)
    rows = -(-len(machines) // columns)
    figure = Figure(figsize=(4.6 * columns, 3.4 * rows), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False).ravel().tolist()
    for axes in panels[len(machines) :]:
        axes.remove()
    for machine, axes in zip(machines, panels, strict=False):
        axes.set_title(printable(machine), parse_math=False)
    return figure, dict(zip(machines, panels, strict=False))


def _draw_angles(axes: Axes, angles: dict[bool, list[float]], bins) -> None:
    normal, anomaly = angles.get(False, []), angles.get(True, [])
    axes.hist(
        normal,
        bins=bins,
        histtype="stepfilled",
        color=NORMAL_COLOR,
        alpha=0.5,
        label=f"normal ({len(normal)})",
    )
    axes.hist(
        anomaly,
        bins=bins,
        histtype="step",
        color=ANOMALY_COLOR,
        linewidth=1.4,
        hatch="////",
        label=f"anomaly ({len(anomaly)})",
    )
    axes.set_xlim(0, bins[-1])
    axes.set_xlabel("angle to the own class centre (degrees)")
    axes.set_ylabel(f"clips per {BIN_DEGREES:g} degrees")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(frameon=False)


def _draw_curves(
    axes: Axes, curves: dict[str, list[tuple[bool, float]]]
) -> None:
    axes.axvspan(0, MAX_FPR, color="0.92", zorder=0)
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    lines, names = [], []
    for index, (section, pairs) in enumerate(curves.items()):
        labels = [is_anomaly for is_anomaly, _ in pairs]
        scores = [score for _, score in pairs]
        false_positives, true_positives = roc_curves(labels, scores)
        lines += axes.plot(
            false_positives[0],
            true_positives[0],
            color=SECTION_COLORS[index % len(SECTION_COLORS)],
            linestyle=SECTION_LINES[index % len(SECTION_LINES)],
        )
        auc = 100 * roc_auc(labels, scores)
        names.append(f"{auc:.1f} %  {printable(section)}")
    axes.set_xlabel(f"false-positive rate (grey: pAUC, up to {MAX_FPR:g})")
    axes.set_ylabel("true-positive rate")
    legend = axes.legend(lines, names, title="AUC", frameon=False, loc=4)
    for text in legend.get_texts():
        text.set_parse_math(False)
