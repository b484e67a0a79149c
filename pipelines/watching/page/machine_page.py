"""Pictures of machines for the page, kept for a while."""

from collections.abc import Sequence

from markupsafe import Markup

from pipelines.watching.history_queries import HistoryQueries
from pipelines.watching.page.alarm_view import AlarmView
from pipelines.watching.page.machine_view import MachineView
from pipelines.watching.page.machine_view import alarm_spans
from pipelines.watching.page.trend import read_trend
from pipelines.watching.page.trend_pictures import strip_picture
from pipelines.watching.page.trend_pictures import trend_picture

HOUR, DAY = 3600.0, 86_400.0
# Seconds of a bin, by the days of a picture.
WIDTHS = {"1": 300.0, "7": 1800.0, "30": 7200.0}
LEAST_BINS = 12
SPANS = {"1": "Day", "7": "Week", "30": "Month"}


def strips(
    history: HistoryQueries,
    machines: Sequence[MachineView],
    alarms: Sequence[AlarmView],
) -> dict[str, Markup]:
    """The last day of each machine, by its key.

    Args:
        history: History of the watch.
        machines: The machines.
        alarms: Alarms of all machines.
    """
    found = {}
    for machine in machines:
        if machine.limit is not None and machine.heard is not None:
            until = machine.heard
            spans = alarm_spans([a.alarm for a in alarms], machine.key, until)
            trend = read_trend(
                history, machine.key, until, HOUR / 2, 48, machine.limit
            )
            found[machine.key] = strip_picture(trend, spans)
    return found


def picture(
    history: HistoryQueries,
    machine: MachineView,
    alarms: Sequence[AlarmView],
    days: str,
) -> Markup | None:
    """Strangeness of a machine over days; `None` before it was heard.

    Args:
        history: History of the watch.
        machine: The machine.
        alarms: Alarms of all machines.
        days: One of `WIDTHS`.
    """
    if machine.limit is None or machine.heard is None:
        return None
    width = WIDTHS[days]
    number = round(float(days) * DAY / width)
    # Of a replay, the time of its recordings.
    until = machine.heard
    trend = read_trend(
        history, machine.key, until, width, number, machine.limit
    )
    spans = alarm_spans([a.alarm for a in alarms], machine.key, until)
    return trend_picture(trend.heard(LEAST_BINS), machine.limit, spans)
