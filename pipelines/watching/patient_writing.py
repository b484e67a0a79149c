"""Writing of a history that waits for room on a full disk."""

import logging
import threading
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from pipelines.files.disk import FullDisk
from pipelines.watching.events import Event
from pipelines.watching.history import History

logger = logging.getLogger(__name__)

RETRY_SECONDS = 5.0


def write_patiently(
    history: History,
    rows: Mapping[str, Any],
    stop: threading.Event | None,
    now: Callable[[], float],
) -> None:
    """Writes; while a disk is full, live sources are waited with.

    Args:
        history: History of the watch.
        rows: What to write, as `History.write` takes it.
        stop: Ends the waiting once it is set; `None` where nothing is waited
            with.
        now: Clock, in seconds since 1970.

    Raises:
        FullDisk: If the disk is full and nothing is waited with.

    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> with History(folder / "history.sqlite") as history:
    ...     rows = {"events": [Event("started", 0.0)]}
    ...     write_patiently(history, rows, None, lambda: 0.0)
    ...     history.last_event()
    1
    """
    begun = None
    while True:
        try:
            history.write(**rows)
            break
        except FullDisk as error:
            if stop is None or stop.is_set():
                raise
            if begun is None:
                begun = now()
                logger.warning("%s", error)
            stop.wait(RETRY_SECONDS)
    if begun is not None:
        message = f"Nothing could be written for {now() - begun:.0f} s."
        history.write(events=[Event("disk_full", begun, message=message)])
