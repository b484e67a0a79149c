"""Messages of libmpg123, which libsndfile reads MP3 with.

The library writes a line to standard error for each fault of each frame, and
nothing that libsndfile offers turns that off.
"""

import contextlib
import os
import sys
import threading
from collections.abc import Iterator

STANDARD_ERROR = 2

_lock = threading.Lock()
_num_users = 0
_kept = -1


@contextlib.contextmanager
def without_messages() -> Iterator[None]:
    """Silences the descriptor of standard error, in all threads, meanwhile.

    Only where Python's own standard error is another descriptor, as that of
    the command line is (`pipelines.commands.process`), so that no log is lost.

    >>> with without_messages():
    ...     pass
    """
    if not _is_unused():
        yield
        return
    _count(1)
    try:
        yield
    finally:
        _count(-1)


def _is_unused() -> bool:
    """Whether Python does not write to the descriptor, which is there."""
    try:
        os.fstat(STANDARD_ERROR)
    except OSError:
        return False
    try:
        return sys.stderr.fileno() != STANDARD_ERROR
    except (AttributeError, OSError, ValueError):
        return True


def _count(change: int) -> None:
    """The first user silences the descriptor, the last one restores it."""
    global _kept, _num_users
    with _lock:
        if _num_users == 0:
            _kept = os.dup(STANDARD_ERROR)
            with open(os.devnull, "wb") as nothing:
                os.dup2(nothing.fileno(), STANDARD_ERROR)
        _num_users += change
        if _num_users == 0:
            os.dup2(_kept, STANDARD_ERROR)
            os.close(_kept)
