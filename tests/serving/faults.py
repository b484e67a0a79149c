"""What the server shall do wrong next, as a test orders it."""

import threading
import time

from tests.serving.refusal import Refusal

SLOW_SECONDS = 2.0


class Faults:
    """A queue of faults, taken one a request.

    Each is a name of `tests.serving.refusal.HTTP_STATUS`, or `slow`,
    `garbage` or `drop`.
    """

    def __init__(self):
        self._lock = threading.Lock()
        self._waiting = []
        self.num_requests = 0

    def order(self, faults):
        with self._lock:
            self._waiting = list(faults)
            self.num_requests = 0

    def take(self):
        """Sleeps or raises where that is the fault; names any other."""
        with self._lock:
            self.num_requests += 1
            fault = self._waiting.pop(0) if self._waiting else None
        if fault == "slow":
            time.sleep(SLOW_SECONDS)
        elif fault not in (None, "garbage", "drop"):
            raise Refusal(fault, f"a fault by order: {fault}")
        return fault
