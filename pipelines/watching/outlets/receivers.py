"""Receivers of events, each fed from the history by a thread of its own."""

import logging
import os
import pathlib
import random
import sqlite3
import threading
import time
from typing import Protocol

from pipelines.watching.events import Event
from pipelines.watching.history import History

logger = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 1.0
MAX_PAUSE_SECONDS = 60.0
# How often the history is looked at where nobody wakes the thread.
LOOK_SECONDS = 2.0
BATCH = 100


class Receiver(Protocol):
    """Something that events are sent to: a file, a broker, a web server.

    All methods but `__init__` are called by one thread.

    Attributes:
        name: Name in the history, in logs and metrics.
    """

    name: str

    def received(self) -> int | None:
        """Index of the last event by its own account, `None` without one."""
        ...

    def send(self, event: Event) -> None:
        """Returns once the receiver has confirmed the event.

        After an error the same event comes again.

        Raises:
            OSError: If it cannot take it now; it is sent again.
            ValueError: If it never will; the event is left out.
        """
        ...

    def close(self) -> None:
        """Closes connections and files."""
        ...


class Delivery:
    """Sends the events of a history to a receiver, in order, none left out.

    The history keeps up to which event the receiver has confirmed them, so
    that a receiver that is away, or a killed watch, loses nothing: after a
    kill an event may come twice, with the same index. A receiver that the
    history does not know has the events from now on.

    Args:
        receiver: The receiver; it is closed by `close`.
        history: Path of the history; the thread opens it for itself.
        first_pause_seconds: Pause after an error; it doubles up to a minute,
            and is shortened by up to half by chance.

    >>> class Printer:
    ...     name = "printer"
    ...     received = close = lambda self: None
    ...     send = lambda self, event: print(event)
    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "history.sqlite")
    >>> with History(path) as history:
    ...     delivery = Delivery(Printer(), path)
    ...     history.write(events=[Event("started", 0.0, message="Listens.")])
    >>> delivery.close()
    1970-01-01T00:00:00.000Z started watch: Listens.
    """

    def __init__(
        self,
        receiver: Receiver,
        history: str | os.PathLike[str],
        first_pause_seconds: float = FIRST_PAUSE_SECONDS,
    ):
        self.receiver = receiver
        self._path = pathlib.Path(history)
        self._first_pause_seconds = first_pause_seconds
        self._pause_seconds = first_pause_seconds
        self._problem = ""
        self._wake = threading.Event()
        self._end: float | None = None
        with History(self._path) as opened:
            self._position = _first_position(receiver, opened)
            self._kept = self._position
            self._last = opened.last_event()
        self._thread = threading.Thread(
            target=self._run, name=f"to {receiver.name}", daemon=True
        )
        self._thread.start()

    @property
    def behind(self) -> int:
        """Number of events that the receiver has yet to confirm."""
        return max(0, self._last - self._position)

    @property
    def problem(self) -> str:
        """Why the receiver takes no events now; empty where it does."""
        return self._problem

    def wake(self) -> None:
        """Says that the history has new events."""
        self._wake.set()

    def close(self, timeout_seconds: float = 10.0) -> None:
        """Sends what is left, as far as time allows, and ends the thread.

        What the receiver does not take in this time, it has when a watch with
        the same history starts again.
        """
        self._end = time.monotonic() + timeout_seconds
        self._wake.set()
        self._thread.join(timeout_seconds + 1.0)

    def _run(self) -> None:
        try:
            with History(self._path) as history:
                while not self._is_over() and (
                    self._send_next(history) or self._end is None
                ):
                    pass
        finally:
            self.receiver.close()

    def _send_next(self, history: History) -> bool:
        """Sends a batch, or pauses; returns whether there may be more."""
        try:
            self._wake.clear()
            self._keep_position(history)
            self._last = history.last_event()
            events = history.events_after(self._position, BATCH)
            for event in events:
                if self._is_over():
                    return False
                self._send(event)
                self._position = event.index
                self._keep_position(history)
            if not events:
                # What was forgotten on its way is behind it, too.
                self._position = max(self._position, self._last)
                self._note("")
        except Exception as error:
            # A bug of a receiver must not silence it for good.
            is_bug = not isinstance(error, OSError | sqlite3.Error)
            self._note(str(error) or type(error).__name__, is_bug)
            self._pause(self._pause_seconds * random.uniform(0.5, 1.0))
            self._pause_seconds = min(
                2 * self._pause_seconds, MAX_PAUSE_SECONDS
            )
            return False
        if events:
            return True
        if self._end is None:
            self._wake.wait(LOOK_SECONDS)
            return True
        return False

    def _keep_position(self, history: History) -> None:
        """Writes the position, where a full disk refused it before, too."""
        if self._kept < self._position:
            history.deliver(self.receiver.name, self._position)
            self._kept = self._position
            self._note("")

    def _send(self, event: Event) -> None:
        try:
            self.receiver.send(event)
        except ValueError as error:
            logger.error(
                "%s: event %d is left out: %s",
                self.receiver.name,
                event.index,
                error,
            )

    def _note(self, problem: str, is_bug: bool = False) -> None:
        """Logs the beginning and the end of a problem, once each."""
        name = self.receiver.name
        if problem and not self._problem:
            logger.warning(
                "%s takes no events: %s", name, problem, exc_info=is_bug
            )
        elif self._problem and not problem:
            logger.warning("%s takes events again", name)
        if not problem:
            self._pause_seconds = self._first_pause_seconds
        self._problem = problem

    def _pause(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while self._end is None and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, 0.2))

    def _is_over(self) -> bool:
        return self._end is not None and time.monotonic() > self._end


def _first_position(receiver: Receiver, history: History) -> int:
    """Index of the last event that the receiver has."""
    last = history.last_event()
    kept = history.delivered(receiver.name)
    if kept is None:
        history.deliver(receiver.name, last)
        return last
    own = receiver.received()
    # What lies outside is of another history, or was cut by hand.
    return own if own is not None and kept <= own <= last else kept
