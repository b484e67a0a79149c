"""Reading of a pipe that may stay silent, or never end."""

import os
import select
import threading
import time
from collections.abc import Iterator

MAX_BYTES = 2**16
# How long nobody looks whether to stop.
WAIT_SECONDS = 0.25


def read_pipe(
    number: int,
    stop: threading.Event,
    timeout_seconds: float = float("inf"),
    start_seconds: float = 0.0,
) -> Iterator[bytes]:
    """Yields what comes out of a pipe until it ends or `stop` is set.

    Args:
        number: File descriptor.
        stop: Looked at four times a second.
        timeout_seconds: Longest silence.
        start_seconds: Seconds that the first may be longer.

    Raises:
        TimeoutError: If nothing came for as long.
        OSError: If it cannot be read.

    >>> reader, writer = os.pipe()
    >>> os.write(writer, b"sound")
    5
    >>> os.close(writer)
    >>> list(read_pipe(reader, threading.Event()))
    [b'sound']
    >>> os.close(reader)
    """
    # Unlike `select`, it takes descriptors above 1023.
    poll = select.poll()
    poll.register(number, select.POLLIN)
    heard = time.monotonic() + start_seconds
    while not stop.is_set():
        if poll.poll(1000 * WAIT_SECONDS):
            try:
                content = os.read(number, MAX_BYTES)
            except BlockingIOError:
                continue
            if not content:
                return
            yield content
            heard = time.monotonic()
        elif time.monotonic() - heard > timeout_seconds:
            raise TimeoutError
