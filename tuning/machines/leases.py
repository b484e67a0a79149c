"""Leases of workers, which heartbeats renew."""

import threading
import time
from collections.abc import Callable


class LeaseLost(Exception):
    """A worker's trial was taken from it, since it fell silent.

    >>> str(LeaseLost("0003"))
    '0003'
    """


class Leases:
    """Times until which each worker may be silent.

    Args:
        seconds: Silence after which a worker counts as gone.
        clock: Monotonic clock, in seconds.

    Raises:
        ValueError: If `seconds` is not positive.

    >>> now = 0.0
    >>> leases = Leases(60, clock=lambda: now)
    >>> leases.renew("a")
    >>> now = 59.0
    >>> leases.live(), leases.expired()
    (['a'], [])
    >>> now = 60.0
    >>> leases.live(), leases.expired()
    ([], ['a'])
    """

    def __init__(
        self, seconds: float, clock: Callable[[], float] = time.monotonic
    ):
        if not seconds > 0:
            raise ValueError(
                f"`seconds` must be positive. Received: seconds={seconds}."
            )
        self.seconds = seconds
        self._clock = clock
        self._ends: dict[str, float] = {}
        self._lock = threading.Lock()

    def renew(self, worker: str) -> None:
        """Starts a worker's lease anew."""
        with self._lock:
            self._ends[worker] = self._clock() + self.seconds

    def end(self, worker: str) -> None:
        """Ends a worker's lease."""
        with self._lock:
            self._ends.pop(worker, None)

    def live(self) -> list[str]:
        """Workers that may still be at work."""
        with self._lock:
            now = self._clock()
            return [name for name, end in self._ends.items() if now < end]

    def expired(self) -> list[str]:
        """Workers that were silent for too long."""
        with self._lock:
            now = self._clock()
            return [name for name, end in self._ends.items() if now >= end]
