"""Heartbeats of a worker, in a separate thread."""

import threading
from collections.abc import Callable


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
