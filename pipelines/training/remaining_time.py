"""Estimate of a training's time, from its first steps."""

import logging
import time

import keras

logger = logging.getLogger(__name__)

# The first steps compile; so many after them are measured.
NUM_SKIPPED, NUM_MEASURED = 2, 5
LEAST_SECONDS = 60


class RemainingTime(keras.callbacks.Callback):
    """Logs once how long a training will take, if it is minutes or more.

    Args:
        num_steps: Number of steps that are left.

    >>> RemainingTime(100).num_steps
    100
    """

    def __init__(self, num_steps: int):
        super().__init__()
        self.num_steps = num_steps
        self._count = 0
        self._start = 0.0

    def on_train_batch_end(self, batch, logs=None):
        """Measures a few steps, and logs what they say."""
        self._count += 1
        if self._count == NUM_SKIPPED:
            self._start = time.perf_counter()
        if self._count == NUM_SKIPPED + NUM_MEASURED:
            per_step = (time.perf_counter() - self._start) / NUM_MEASURED
            seconds = per_step * (self.num_steps - self._count)
            if seconds >= LEAST_SECONDS:
                logger.info("training: about %s left", describe(seconds))


def describe(seconds: float) -> str:
    """A time in words, in minutes or hours.

    >>> describe(95.0), describe(35_000.0)
    ('2 minutes', '10 hours')
    """
    if seconds < 90 * 60:
        minutes = max(round(seconds / 60), 1)
        return f"{minutes} minute{'s' if minutes > 1 else ''}"
    return f"{round(seconds / 3600)} hours"
