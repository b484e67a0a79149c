"""Threads that read recordings, and name one that takes long."""

import concurrent.futures
import contextlib
import logging
import os
from collections.abc import Iterator
from typing import TypeVar

from pipelines.files.names import escape_name

logger = logging.getLogger(__name__)

Value = TypeVar("Value")

# A recording that takes longer is named, and again after as long.
SLOW_SECONDS = 60


@contextlib.contextmanager
def reading_threads(
    num_threads: int,
) -> Iterator[concurrent.futures.ThreadPoolExecutor]:
    """Gives threads, and waits for none of them where work is given up.

    Args:
        num_threads: Number of threads.

    >>> with reading_threads(2) as threads:
    ...     list(threads.map(abs, [1, -2]))
    [1, 2]
    """
    threads = concurrent.futures.ThreadPoolExecutor(num_threads)
    try:
        yield threads
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


def wait_for(
    future: "concurrent.futures.Future[Value]", path: str | os.PathLike[str]
) -> Value:
    """Waits for what a thread reads; a warning names what takes long.

    Args:
        future: What the thread reads.
        path: The recording.

    >>> with reading_threads(1) as threads:
    ...     wait_for(threads.submit(abs, -1), "a.wav")
    1
    """
    seconds = 0
    while not concurrent.futures.wait([future], SLOW_SECONDS).done:
        seconds += SLOW_SECONDS
        logger.warning(
            "slow: %s: not read after %g s", escape_name(path), seconds
        )
    return future.result()


def warn_if_slow(path: str | os.PathLike[str], seconds: float) -> None:
    """Logs a recording that took long to read.

    Args:
        path: The recording.
        seconds: How long it took.

    >>> warn_if_slow("a.wav", seconds=1)
    """
    if seconds > SLOW_SECONDS:
        logger.warning("slow: %s: read in %.0f s", escape_name(path), seconds)
