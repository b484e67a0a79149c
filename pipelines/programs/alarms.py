"""Program of `keras-asd alarms`: alarms listed and forgotten."""

import pathlib
import time

from pipelines.evaluation.tables import Table
from pipelines.files.names import escape_name
from pipelines.watching.alarm_list import list_alarms
from pipelines.watching.events import Event
from pipelines.watching.events import show_time
from pipelines.watching.history import HISTORY
from pipelines.watching.history import History
from pipelines.watching.outlets.forgetting import forget

HEADER = ("event", "machine", "since", "until", "peak", "limit", "remarks")
SECONDS_A_DAY = 86_400.0


def alarm_table(history: History, last: int = 20) -> Table:
    """The last alarms, newest first.

    Args:
        history: History of the watch.
        last: Number of alarms.
    """
    rows = []
    for alarm in list_alarms(history, last):
        event = alarm.event
        rows.append(
            (
                str(event.index),
                escape_name(event.machine),
                show_time(event.details["onset"]),
                show_time(alarm.ended.time) if alarm.ended else "",
                f"{alarm.peak:.4g}",
                f"{event.details['limit']:.4g}",
                " ".join(
                    [*_remarks(event), *(one.message for one in alarm.seen)]
                ),
            )
        )
    return Table(HEADER, rows)


def forget_old(
    folder: str, older_than_days: float, machine: str | None = None
) -> tuple[int, int]:
    """Deletes kept sounds, windows and events.

    Args:
        folder: Folder of the history.
        older_than_days: Age from which they go, 0 for all.
        machine: Key of a machine; all, and the watch itself, if `None`.

    Returns:
        Number of sounds, and of windows and events.

    Raises:
        ValueError: If the age is negative.
    """
    if not 0 <= older_than_days < 1e6:
        raise ValueError(
            "`forget` must be a number of days that is not negative. "
            f"Received: {older_than_days}."
        )
    before = time.time() - SECONDS_A_DAY * older_than_days
    if older_than_days == 0:  # Of a replay, also what is yet to come.
        before = float("inf")
    return forget(pathlib.Path(folder, HISTORY), before, machine)


def _remarks(event: Event) -> list[str]:
    promised = event.details["promised_per_week"] is not None
    return [
        *([] if promised else ["Provisional."]),
        *(["Muted."] if event.details["muted"] else []),
    ]
