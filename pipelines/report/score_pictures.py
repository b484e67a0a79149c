"""Pictures of scores: against the threshold over time, and their histogram."""

import datetime
import math
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from pipelines.report.drawing import Drawing
from pipelines.report.drawing import ticks
from pipelines.report.report_clip import ReportClip

NUM_BINS = 24
WIDE = (520, 230)
NUM_TIMES = 3
EPOCH = datetime.datetime(1970, 1, 1)


def is_timed(clips: Sequence[ReportClip]) -> bool:
    """Whether the clips have times that tell most of them apart.

    >>> is_timed([])
    False
    """
    moments = [clip.moment for clip in clips]
    return (
        bool(clips)
        and None not in moments
        and len({*moments}) > max(len(moments) / 2, 1)
    )


def time_text(moment: datetime.datetime) -> str:
    """A time to the minute; the day alone at midnight.

    >>> time_text(datetime.datetime(2024, 3, 5, 14, 30))
    '2024-03-05 14:30'
    """
    is_day = moment.time() == datetime.time()
    return f"{moment:%Y-%m-%d}" if is_day else f"{moment:%Y-%m-%d %H:%M}"


def score_picture(
    clips: Sequence[ReportClip],
    threshold: float,
    anchors: Mapping[ReportClip, str],
    most_points: int,
) -> tuple[Markup, int]:
    """Scores over time, or in their order, against the threshold.

    Args:
        clips: Clips of a machine that have a score, in order.
        threshold: Threshold; not finite where there is none.
        anchors: Element of the page that a clip's point leads to.
        most_points: Number of points; of more, the alarms and the highest
            stay.

    Returns:
        The picture, and the number of clips without a point.

    >>> import pathlib
    >>> clip = ReportClip(pathlib.Path("a.wav"), "fan/all", 0.5, 0.01, True)
    >>> svg, num_hidden = score_picture([clip], 0.4, {}, 100)
    >>> "circle" in svg, num_hidden
    (True, 0)
    """
    is_by_time = is_timed(clips)
    scores = np.array([clip.score for clip in clips], "float64")
    drawing = Drawing(
        _x_range(clips, is_by_time),
        _y_range(scores, threshold),
        "Anomaly scores against the threshold",
        WIDE,
    )
    is_calm = np.array([not clip.is_alarm for clip in clips])
    order = np.lexsort((-scores, is_calm))
    shown = sorted(order[:most_points].tolist())
    low, high = _x_range(clips, is_by_time)
    if np.isfinite(threshold):
        drawing.line([low, high], [threshold, threshold], "threshold")
        y = drawing.y(threshold) - 4
        form = '<text class="limit" x="{x}" y="{y}">threshold</text>'
        drawing.add(form, x=drawing.x(low) + 4, y=y)
    for index in shown:
        clip = clips[index]
        x = _stamp(clip) if is_by_time else index + 1
        kind = "strange" if clip.is_alarm else "usual"
        form = (
            '<circle class="{kind}" cx="{x}" cy="{y}" r="{r}">'
            "<title>{name}</title></circle>"
        )
        if clip in anchors:
            form = '<a href="#{anchor}">' + form + "</a>"
        drawing.add(
            form,
            kind=kind,
            x=drawing.x(x),
            y=drawing.y(scores[index]),
            r=5.5 if clip in anchors else 4,
            name=clip.name,
            anchor=anchors.get(clip, ""),
        )
    x_ticks = _time_ticks(low, high) if is_by_time else None
    x_label = "time" if is_by_time else "clip, in the order of their names"
    drawing.axes(x_label, "anomaly score", x_ticks)
    return drawing.svg(), len(clips) - len(shown)


def histogram(clips: Sequence[ReportClip], threshold: float) -> Markup:
    """Numbers of clips by score, with the threshold; faults apart if known.

    Args:
        clips: Clips of a machine that have a score.
        threshold: Threshold; not finite where there is none.

    >>> import pathlib
    >>> clip = ReportClip(pathlib.Path("a.wav"), "fan/all", 0.5, 0.01, True)
    >>> "rect" in histogram([clip], 0.4)
    True
    """
    scores = np.array([clip.score for clip in clips], "float64")
    is_labelled = any(clip.is_anomaly for clip in clips)
    strange = np.array(
        [
            bool(clip.is_anomaly if is_labelled else clip.is_alarm)
            for clip in clips
        ]
    )
    span = _y_range(scores, threshold)
    edges = np.linspace(*span, NUM_BINS + 1)
    counts = np.histogram(scores, edges)[0]
    drawing = Drawing(span, (0, max(counts.max() * 1.05, 1)), "Histogram", WIDE)
    bottom = np.zeros(NUM_BINS)
    for kind, chosen in (("usual", ~strange), ("strange", strange)):
        height = np.histogram(scores[chosen], edges)[0]
        for index in np.flatnonzero(height).tolist():
            x, x_end = drawing.x(edges[index]), drawing.x(edges[index + 1])
            y = drawing.y(bottom[index] + height[index])
            drawing.add(
                '<rect class="{kind}" x="{x}" y="{y}" width="{w}" '
                'height="{h}"/>',
                kind=kind,
                x=x + 0.5,
                y=y,
                w=round(max(x_end - x - 1, 1), 1),
                h=round(drawing.y(bottom[index]) - y, 1),
            )
        bottom = bottom + height
    if np.isfinite(threshold):
        top = float(counts.max() * 1.05)
        drawing.line([threshold, threshold], [0, top], "threshold")
        form = '<text class="limit" x="{x}" y="26">threshold</text>'
        drawing.add(form, x=drawing.x(threshold) + 4)
    whole = [one for one in ticks(0, float(counts.max())) if one[0] % 1 == 0]
    drawing.axes("anomaly score", "clips", y_ticks=whole)
    return drawing.svg()


def _x_range(
    clips: Sequence[ReportClip], is_by_time: bool
) -> tuple[float, float]:
    if not is_by_time:
        return 0.0, len(clips) + 1.0
    stamps = [_stamp(clip) for clip in clips]
    margin = 0.03 * (max(stamps) - min(stamps)) or 60.0
    return min(stamps) - margin, max(stamps) + margin


def _y_range(scores: np.ndarray, threshold: float) -> tuple[float, float]:
    values = scores.tolist()
    if np.isfinite(threshold):
        values.append(threshold)
    low, high = min(values), max(values)
    margin = 0.08 * (high - low) or max(abs(high), 1.0) * 0.05
    return low - margin, high + margin


def _stamp(clip: ReportClip) -> float:
    # Without a time zone; the epoch cancels out.
    moment = clip.moment or datetime.datetime.min
    return (moment - EPOCH).total_seconds()


def _time_ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Full minutes, hours or days, `NUM_TIMES` or fewer."""
    steps = [60 * minutes for minutes in (1, 5, 15, 30, 60, 120, 180, 360, 720)]
    steps += [86_400 * days for days in (1, 2, 7, 14, 30, 90, 365, 3650)]
    span = high - low
    step = next((one for one in steps if span / one <= NUM_TIMES), steps[-1])
    form = "%Y-%m-%d" if step >= 86_400 else "%m-%d %H:%M"
    first = math.ceil(low / step) * step
    return [
        (value, f"{EPOCH + datetime.timedelta(seconds=value):{form}}")
        for value in np.arange(first, high, step).tolist()
    ]
