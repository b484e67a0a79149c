"""Figure of an explanation: the verdict, what is unusual, and the maps."""

import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipelines.datasets.clip import Clip
from pipelines.files.names import escape_name
from pipelines.files.names import printable
from pipelines.pictures.explanation import TIME_LABEL
from pipelines.pictures.explanation import Explanation
from pipelines.pictures.map_panels import MAP_COLORS
from pipelines.pictures.map_panels import draw_curves
from pipelines.pictures.map_panels import draw_maps
from pipelines.pictures.map_panels import draw_picture
from pipelines.pictures.map_panels import mark
from pipelines.pictures.pointing import band_middles
from pipelines.pictures.pointing import pointing_sentence
from pipelines.pictures.pointing import unusual_strength
from pipelines.pictures.unusual_spectrum import UnusualSpectrum
from pipelines.pictures.verdict import Verdict

TITLE_WIDTH = 66
MAP_UNIT = {
    "occlusion": "fall of the score where hidden",
    "rise": "rise of the anomaly score",
}


def explanation_figure(
    explanations: Sequence[Explanation],
    clip: Clip,
    verdict: Verdict,
    unusual: UnusualSpectrum | None = None,
    method: str = "occlusion",
) -> Figure:
    """Draws what is unusual in a clip, and each representation with its map.

    The time axes are those of the recording. A ring marks the strongest place
    of the unusual spectrum and of each map.

    Args:
        explanations: One or more explanations of the clip.
        clip: Clip, for its name, machine, section and label.
        verdict: What the detector says about the clip.
        unusual: What differs from the usual spectrum of the machine; without
            that column if `None`.
        method: Function of `keras_asd.explanation` that drew the maps.

    Returns:
        Figure of one column for the spectrum and one for each representation.
        Maps are orange where the content raises the score, and purple where
        it lowers it.

    Raises:
        ValueError: If there is no explanation.

    >>> import pathlib
    >>> clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "test", True)
    >>> axes = (("frequency, Hz", np.arange(9.0)),)
    >>> made = Explanation("spectrum", np.zeros(9), "dB", axes, np.ones(9))
    >>> verdict = Verdict(1.5, 1.2, 0.01, 1)
    >>> len(explanation_figure([made], clip, verdict).axes)
    2
    """
    if not explanations:
        raise ValueError(
            "`explanations` must hold one or more. Received: none. Make them "
            "with `explain_clip`."
        )
    columns = len(explanations) + (unusual is not None)
    figure = Figure(figsize=(5.6 * columns + 0.6, 7.0), layout="constrained")
    panels = figure.subplots(2, columns, squeeze=False, sharex="col")
    figure.suptitle(
        _title(clip, verdict, unusual, columns),
        parse_math=False,
        fontsize="medium",
    )
    if unusual is not None:
        left = list(panels[:, 0])
        _draw_unusual(figure, left, unusual)
        _frame_window(left, explanations, unusual)
    panels = panels[:, columns - len(explanations) :]
    for explanation, (above, below) in zip(explanations, panels.T, strict=True):
        above.set_title(printable(explanation.name), parse_math=False)
        draw = draw_curves if explanation.values.ndim == 1 else draw_maps
        draw(figure, above, below, explanation, MAP_UNIT[method])
    panels[1, 0].set_title(
        textwrap.fill(pointing_sentence(method), TITLE_WIDTH),
        fontsize="small",
    )
    return figure


def _title(clip, verdict, unusual, columns) -> str:
    label = {None: "", False: ", normal", True: ", anomaly"}[clip.is_anomaly]
    lines = [
        escape_name(clip.path.name),
        f"{printable(clip.key)}{label}",
        str(verdict),
    ]
    if unusual is not None and unusual.stands_out:
        lines.append(f"unusual: {unusual.sentence}")
    width = TITLE_WIDTH * columns
    return "\n".join(textwrap.fill(line, width) for line in lines)


def _draw_unusual(
    figure: Figure, panels: Sequence[Axes], unusual: UnusualSpectrum
) -> None:
    """Levels less the usual ones, in dB and in standard deviations."""
    above, below = panels
    hz = band_middles(unusual)
    above.set_title("spectrum less usual")
    below.set_title(
        textwrap.fill(pointing_sentence("unusual"), TITLE_WIDTH),
        fontsize="small",
    )
    strength = unusual_strength(unusual)
    for axes, values, unit in (
        (above, unusual.decibels, "dB over the usual level"),
        (below, strength, "standard deviations"),
    ):
        limit = max(float(np.abs(values).max()), 1.0)
        draw_picture(
            figure,
            axes,
            values,
            (unusual.seconds, hz),
            unit,
            {"cmap": MAP_COLORS, "vmin": -limit, "vmax": limit},
        )
    mark(below, np.abs(strength), unusual.seconds)
    below.set_xlabel("time in the recording, s")


def _frame_window(
    panels: Sequence[Axes],
    explanations: Sequence[Explanation],
    unusual: UnusualSpectrum,
) -> None:
    """Dashed lines at the ends of the window that the maps are of."""
    times = [
        made.axes[0][1]
        for made in explanations
        if made.axes[0][0] == TIME_LABEL
    ]
    if not times:
        return
    for end in (times[0][0], times[0][-1]):
        if unusual.seconds[0] < end < unusual.seconds[-1]:
            for axes in panels:
                axes.axvline(end, color="black", linestyle="--", linewidth=0.8)
