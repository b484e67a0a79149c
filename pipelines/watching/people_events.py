"""What people say of alarms: acknowledged, and muted for a while."""

import getpass
import time
from collections.abc import Sequence

from pipelines.watching.events import Event
from pipelines.watching.events import show_time
from pipelines.watching.history import History


def mute(
    history: History, machine: str, hours: float, user: str | None = None
) -> Event:
    """Mutes the alarms of a machine for hours, 0 for no longer.

    Args:
        history: History of the watch.
        machine: Key of the machine.
        hours: How long, not negative.
        user: Who does it; not written if `None`.

    Raises:
        ValueError: If `hours` is negative, or no window of the machine was
            heard.

    >>> mute(History(":memory:"), "fan", -1.0)
    Traceback (most recent call last):
    ValueError: `hours` must be a number that is not negative. Received: -1.0.
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
    until = now + 3600.0 * hours
    history.mute(machine, until)
    what = f"Muted until {show_time(until)}" if hours else "No longer muted"
    message = f"{what}, by {user}." if user else f"{what}."
    event = Event("muted", now, "", machine, message, {"hours": hours})
    history.write(events=[event])
    return event


def acknowledge(
    history: History, numbers: Sequence[int], user: str | None = None
) -> list[Event]:
    """Writes that somebody has seen alarms.

    Args:
        history: History of the watch.
        numbers: Indices of alarms.
        user: Who has; the user of the system if `None`.

    Raises:
        ValueError: If one of them is no alarm.

    >>> acknowledge(History(":memory:"), [7])
    Traceback (most recent call last):
    ValueError: `acknowledge` must be the number of an alarm. Received: 7. ...
    """
    alarms = {event.index: event for event in history.events_of_kinds("alarm")}
    for number in numbers:
        if number not in alarms:
            raise ValueError(
                "`acknowledge` must be the number of an alarm. Received: "
                f"{number}. Without it, the command lists them."
            )
    message = f"Acknowledged by {user or getpass.getuser()}."
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
