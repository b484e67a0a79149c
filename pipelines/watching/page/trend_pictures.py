"""Pictures of a machine's trend: a strip of a day, and a curve of any time."""

import datetime
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from pipelines.report.drawing import PHONE_WIDTH
from pipelines.report.drawing import Drawing
from pipelines.watching.alarms.alarm_limit import AlarmLimit
from pipelines.watching.page.trend import Trend

DAY = 86_400.0
STRIP_HEIGHT = 14
WIDE = (520, 230)
# Hours between two labels, the first that gives few enough.
STEPS, MOST_TICKS = (1, 2, 3, 6, 12, 24, 48, 120, 168), 7
Span = tuple[float, float]


def strip_picture(trend: Trend, alarms: Sequence[Span]) -> Markup:
    """A bar for each bin: as usual, alarm, not judged, or nothing heard.

    Args:
        trend: Trend of the machine.
        alarms: Beginning and end of its alarms.
    """
    number = len(trend.num_heard)
    width = PHONE_WIDTH / number
    form = Markup(
        '<rect class="{kind}" x="{x:.1f}" y="0" width="{width:.1f}" '
        'height="{height}"/>'
    )
    kinds = [_kind(trend, place, alarms) for place in range(number)]
    bars = [
        form.format(
            kind=kind, x=place * width, width=width - 1, height=STRIP_HEIGHT
        )
        for place, kind in enumerate(kinds)
    ]
    hours = trend.width / 3600
    label = ", ".join(
        f"{text} in {kinds.count(kind) * hours:g} h"
        for kind, text in (
            ("strange", "an alarm"),
            ("usual", "as usual"),
            ("silent", "not judged"),
            ("empty", "nothing heard"),
        )
        if kind in kinds
    )
    head = Markup(
        '<svg class="strip" viewBox="0 0 {w} {h}" preserveAspectRatio="none" '
        'role="img" aria-label="The last {hours:g} hours: {label}">'
    ).format(w=PHONE_WIDTH, h=STRIP_HEIGHT, hours=hours * number, label=label)
    return head + Markup("").join(bars) + Markup("</svg>")


def _kind(trend: Trend, place: int, alarms: Sequence[Span]) -> str:
    begin = trend.since + place * trend.width
    if any(
        start < begin + trend.width and end > begin for start, end in alarms
    ):
        return "strange"
    if trend.num_judged[place]:
        return "usual"
    return "silent" if trend.num_heard[place] else "empty"


def trend_picture(
    trend: Trend, limit: AlarmLimit, alarms: Sequence[Span]
) -> Markup:
    """Strangeness over time, with the limit and the alarms.

    Args:
        trend: Trend of the machine.
        limit: Its limit.
        alarms: Beginning and end of its alarms.
    """
    low, mean, high = trend.levels
    is_known = np.isfinite(mean)
    values = [*low[is_known], *high[is_known], limit.begin]
    span = max(values) - min(values) or 1.0
    drawing = Drawing(
        (trend.since, trend.until),
        (min(values) - 0.05 * span, max(values) + 0.05 * span),
        "How strange the machine sounded, over time",
        WIDE,
    )
    bottom, top = min(values) - 0.05 * span, max(values) + 0.05 * span
    for start, end in alarms:
        start, end = max(start, trend.since), min(end, trend.until)
        if start < end:
            drawing.add(
                '<rect class="spell" x="{x}" y="{y}" width="{w}" '
                'height="{h}"/>',
                x=drawing.x(start),
                y=drawing.y(top),
                w=max(drawing.x(end) - drawing.x(start), 2),
                h=drawing.y(bottom) - drawing.y(top),
            )
    # A gap in the sound is one of the curve.
    for run in _runs(is_known):
        times = trend.times[run].tolist()
        if len(times) == 1:
            times = [times[0] - trend.width / 2, times[0] + trend.width / 2]
            run = [run[0], run[0]]
        drawing.area(times, low[run].tolist(), high[run].tolist())
        drawing.line(times, mean[run].tolist(), "usual")
    ends = [trend.since, trend.until]
    drawing.line(ends, [limit.begin, limit.begin], "threshold")
    drawing.add(
        '<text class="limit" x="{x}" y="{y}">limit</text>',
        x=drawing.x(trend.since) + 5,
        y=drawing.y(limit.begin) - 5,
    )
    drawing.axes("time", "strangeness", _time_ticks(trend))
    return drawing.svg()


def _runs(is_known: np.ndarray) -> list[list[int]]:
    """Places of values that are known, a list for each unbroken run."""
    places = np.flatnonzero(is_known)
    cuts = np.flatnonzero(np.diff(places) > 1) + 1
    return [run.tolist() for run in np.split(places, cuts) if len(run)]


def _time_ticks(trend: Trend) -> list[tuple[float, str]]:
    """Round local times, few enough to be read."""
    hours = (trend.until - trend.since) / 3600
    step = next((s for s in STEPS if hours / s <= MOST_TICKS), STEPS[-1])
    first = datetime.datetime.fromtimestamp(trend.since)
    moment = first.replace(hour=0, minute=0, second=0, microsecond=0)
    form = "%H:%M" if step < 24 else "%d %b"
    found = []
    while (time := moment.timestamp()) < trend.until:
        if time >= trend.since:
            found.append((time, f"{moment:{form}}"))
        moment += datetime.timedelta(hours=step)
    return found
