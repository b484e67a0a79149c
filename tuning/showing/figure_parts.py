"""Common parts of the figures of a search."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from pipelines.evaluation.plots import ANOMALY_COLOR
from pipelines.evaluation.plots import NORMAL_COLOR
from pipelines.names import printable

TRIAL_COLOR, BEST_COLOR = NORMAL_COLOR, ANOMALY_COLOR
LABEL_WIDTH = 16
LEGEND_INCHES = 2.2


def wrap_label(text: str) -> str:
    r"""Returns a name in lines of about 16 letters, broken at underscores.

    >>> wrap_label("waveform_and_log_mel")
    'waveform_and_\nlog_mel'
    """
    lines = [""]
    for part in printable(text).replace("_", "_\n").splitlines():
        if lines[-1] and len(lines[-1] + part) > LABEL_WIDTH:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def add_legend(figure: Figure) -> None:
    """Adds a legend below the panels of a figure, without duplicates.

    >>> figure = Figure()
    >>> _ = figure.subplots().plot([0, 1], label="best")
    >>> add_legend(figure)
    >>> [text.get_text() for text in figure.legends[0].get_texts()]
    ['best']
    """
    handles: Mapping[str, Any] = {
        label: handle
        for axes in figure.axes
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    legend = figure.legend(
        handles.values(),
        handles.keys(),
        loc="outside lower center",
        ncols=max(int(figure.get_figwidth() / LEGEND_INCHES), 1),
        frameon=False,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)
