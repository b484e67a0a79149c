"""Leases of workers, renewed by heartbeats."""

import threading
import time
from collections.abc import Callable


class LeaseLost(Exception):
    """Error of a worker whose trial was taken back after its silence.

    >>> str(LeaseLost("0003"))
    '0003'
    """


class Leases:
    """Leases of workers: the time until which each may be silent.

    Args:
        seconds: Silence in seconds after which a lease expires.
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
        """Renews a worker's lease."""
        with self._lock:
            self._ends[worker] = self._clock() + self.seconds

    def end(self, worker: str) -> None:
        """Ends a worker's lease."""
        with self._lock:
            self._ends.pop(worker, None)

    def live(self) -> list[str]:
        """Workers whose lease is valid."""
        with self._lock:
            now = self._clock()
            return [name for name, end in self._ends.items() if now < end]

    def expired(self) -> list[str]:
        """Workers whose lease has expired."""
        with self._lock:
            now = self._clock()
            return [name for name, end in self._ends.items() if now >= end]


class Heartbeat:
    """Calls a function periodically, in a separate thread.

    Args:
        beat: Function that returns whether the lease is valid. It is not called
            again after `False`.
        seconds: Pause between two calls, in seconds.

    >>> heartbeat = Heartbeat(lambda: False, seconds=0.01)
    >>> heartbeat.lost.wait(timeout=10)
    True
    >>> heartbeat.stop()
    """

    def __init__(self, beat: Callable[[], bool], seconds: float):
        self.lost = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(beat, seconds), daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Ends the calls, without waiting for one that hangs."""
        self._stopped.set()
        self._thread.join(timeout=1.0)

    def _run(self, beat: Callable[[], bool], seconds: float) -> None:
        while not self._stopped.wait(seconds):
            if not beat():
                self.lost.set()
                return
