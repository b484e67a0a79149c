"""Program of `keras-asd alarms`: alarms listed, seen, muted, forgotten."""

import getpass
import pathlib
import time
from collections.abc import Sequence

from pipelines.evaluation.tables import Table
from pipelines.files.names import escape_name
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
    alarms: dict[int, list[str]] = {}
    begun: dict[str, int] = {}
    for event in history.events_of_kinds(
        "alarm", "alarm_ended", "acknowledged"
    ):
        if event.kind == "acknowledged":
            if row := alarms.get(event.details["alarm"]):
                row[-1] += f" {event.message}"
            continue
        if event.kind == "alarm":
            begun[event.machine] = event.index
            alarms[event.index] = [
                str(event.index),
                escape_name(event.machine),
                show_time(event.details["onset"]),
                "",
                f"{event.details['peak']:.4g}",
                f"{event.details['limit']:.4g}",
                " ".join(_remarks(event)),
            ]
        elif row := alarms.get(begun.get(event.machine, 0)):
            row[3:5] = show_time(event.time), f"{event.details['peak']:.4g}"
    return Table(HEADER, [alarms[i] for i in sorted(alarms)[::-1][:last]])


def mute(history: History, machine: str, hours: float) -> Event:
    """Mutes the alarms of a machine for hours, 0 for no longer.

    Args:
        history: History of the watch.
        machine: Key of the machine.
        hours: How long, not negative.

    Raises:
        ValueError: If `hours` is negative, or no window of the machine was
            heard.
    """
    if not 0 <= hours < 1e6:
        raise ValueError(
            f"`hours` must be a number that is not negative. Received: {hours}."
        )
    known = history.machines()
    if machine not in known:
        raise ValueError(
            "`mute` must be a machine that the watch has heard: "
            f"{', '.join(known) or 'none yet'}. Received: {machine}."
        )
    now = time.time()
    history.mute(machine, now + 3600.0 * hours)
    until = show_time(now + 3600.0 * hours)
    message = f"Muted until {until}." if hours else "No longer muted."
    event = Event("muted", now, "", machine, message, {"hours": hours})
    history.write(events=[event])
    return event


def acknowledge(history: History, numbers: Sequence[int]) -> list[Event]:
    """Writes that somebody has seen alarms.

    Args:
        history: History of the watch.
        numbers: Indices of alarms.

    Raises:
        ValueError: If one of them is no alarm.
    """
    alarms = {event.index: event for event in history.events_of_kinds("alarm")}
    for number in numbers:
        if number not in alarms:
            raise ValueError(
                "`acknowledge` must be the number of an alarm. Received: "
                f"{number}. Without it, the command lists them."
            )
    message = f"Acknowledged by {getpass.getuser()}."
    events = [
        Event(
            "acknowledged",
            time.time(),
            alarms[number].source,
            alarms[number].machine,
            message,
            {"alarm": number},
        )
        for number in numbers
    ]
    history.write(events=events)
    return events


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
