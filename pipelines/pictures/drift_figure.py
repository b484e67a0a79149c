"""Figure of a drift: which frequency bands of a machine moved, and when."""

import datetime

import numpy as np
from matplotlib.figure import Figure

from pipelines.files.names import printable
from pipelines.pictures.map_panels import MAP_COLORS
from pipelines.pictures.map_panels import NICE_HZ
from pipelines.pictures.map_panels import draw_picture

MOST_DECIBELS = 12.0


def drift_figure(
    title: str,
    times: np.ndarray,
    hz: np.ndarray,
    decibels: np.ndarray,
    since: float | None = None,
) -> Figure:
    """Draws levels less the usual ones over days, and those of the last day.

    Args:
        title: Title.
        times: When each block began, in seconds since 1970, `(blocks,)`.
        hz: Middle of each frequency band, `(bands,)`.
        decibels: Levels less the usual ones in dB, `(blocks, bands)`.
        since: When the drift began; none if `None`.

    >>> times = 1.75e9 + 21_600.0 * np.array([0, 1, 2, 6, 7])
    >>> hz = np.linspace(50.0, 8000.0, 64)
    >>> figure = drift_figure("fan", times, hz, np.ones((5, 64)), times[3])
    >>> [axes.get_xlabel() for axes in figure.axes[:2]]
    ['days since 2025-06-15 15:06', 'frequency, Hz']
    """
    figure = Figure(figsize=(9.0, 7.5), layout="constrained")
    above, below = figure.subplots(2, 1, height_ratios=(3, 2))
    figure.suptitle(printable(title), parse_math=False, fontsize="medium")
    days = (times - times[0]) / 86_400.0
    step = float(np.diff(days).min()) if len(days) > 1 else 0.25
    # Times in which nothing was heard stay white.
    number = round(float(days[-1]) / step) + 1
    shown = np.full((number, len(hz)), np.nan)
    shown[np.rint(days / step).astype(int)] = decibels
    most = float(np.clip(np.abs(decibels).max(), 1.0, MOST_DECIBELS))
    draw_picture(
        figure,
        above,
        shown,
        (step * (np.arange(number) + 0.5), hz),
        "dB over the usual level",
        {"cmap": MAP_COLORS, "vmin": -most, "vmax": most},
    )
    begin = datetime.datetime.fromtimestamp(times[0], datetime.UTC)
    above.set_xlabel(f"days since {begin:%Y-%m-%d %H:%M}")
    if since is not None:
        day = (since - times[0]) / 86_400.0
        above.axvline(day, color="black", linestyle="--", linewidth=0.8)
    below.axhline(0, color="0.6", linewidth=0.8)
    below.plot(hz, decibels[-4:].mean(0), color="0.25")
    below.set_xscale("log")
    nice = [one for one in NICE_HZ if hz[0] <= one <= hz[-1]]
    below.set_xticks(nice, list(map(str, nice)), minor=False)
    below.minorticks_off()
    below.set_xlabel("frequency, Hz")
    below.set_ylabel("last day, dB over the usual level")
    below.margins(x=0)
    return figure
