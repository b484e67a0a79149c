"""Rule for drift: a sequential test with a promised rate of false drifts.

Each value is the mean strangeness of six hours of a machine. It is compared
with all values up to a day before, so that nobody has to say what is usual.
Without drift, of normal values and whatever their mean and deviation, such a
recursive residual follows Student's t-distribution, and hardly depends on the
ones before. Turned into a standard normal `y`, each is a bet against "no drift"
that multiplies its stake by `exp(shift * y - shift**2 / 2)`, by 1 in the mean.
A new stake of 1 is added each time (Shiryaev-Roberts; an e-detector of Shin,
Ramdas and Rinaldo, 2022), and so it takes at least `limit` values in the mean
until the stakes have grown to `limit` by chance alone.

That values which follow each other are alike is allowed for by their long-run
deviation, as if they were an autoregressive process of order one. That the
mean of the values before is itself uncertain is allowed for by the residual;
their last day is left out, so that a change is not taken for usual at once.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy.special

from pipelines.watching.drift.drift_settings import DriftSettings

# Values that nothing is compared with yet, and with so many it is provisional.
NUM_FIRST, NUM_NEEDED = 4, 28
# Values of the last day, which the next one is not compared with.
NUM_LATELY = 4
# Longest drift that, once it has ended, counts as usual: a weekend, holidays.
MOST_AWAY = 56
# Shifts that are bet on, in standard deviations of a value.
SHIFTS = np.array([-2.0, -1.0, -0.5, 0.5, 1.0, 2.0])
# One value says no more than this, and smaller deviations are no matter.
MOST_RESIDUAL, LEAST_DEVIATION = 3.0, 0.1
MOST_CORRELATION = 0.9


class DriftRule:
    """Compares each value with those before, and says where they departed.

    While there is drift, the values before it stay as they are; it ends where
    the mean of the last day is again within a deviation of theirs. What was
    over within two weeks is usual from then on, so that weekends are learnt.

    Args:
        settings: The promised rate.
        state: What `state` returned, of an earlier process.

    Attributes:
        is_drift: Whether there is drift now.
        since: Time of the first value that departed, as far as it is known.

    >>> rule = DriftRule(DriftSettings())
    >>> values = np.random.default_rng(1).normal(size=43)
    >>> values[40:] += 4.0
    >>> [time for time, value in enumerate(values) if rule.add(value, time)]
    [42]
    >>> rule.is_drift, rule.since
    (True, 40)
    """

    def __init__(
        self, settings: DriftSettings, state: Mapping[str, Any] | None = None
    ):
        self.settings = settings
        self._number, self.is_drift, self.since = 0, False, 0.0
        self._mean = self._squares = self._products = self._last = 0.0
        self._lately: list[float] = []
        self._begin()
        if state:
            self._number, self.is_drift = state["number"], state["is_drift"]
            self.since, self._last = state["since"], state["last"]
            self._mean, self._squares = state["mean"], state["squares"]
            self._products, self._lately = state["products"], state["lately"]
            self._stakes = np.array(state["stakes"])
            self._sums, self._onsets = np.array(state["sums"]), state["onsets"]

    @property
    def num_values(self) -> int:
        """Number of values so far, without those since a drift began."""
        return self._number + (0 if self.is_drift else len(self._lately))

    @property
    def state(self) -> dict[str, Any]:
        """What a later process goes on from, as plain JSON."""
        return {
            "number": self._number,
            "is_drift": self.is_drift,
            "since": self.since,
            "mean": self._mean,
            "squares": self._squares,
            "products": self._products,
            "last": self._last,
            "lately": self._lately,
            "stakes": self._stakes.tolist(),
            "sums": self._sums.tolist(),
            "onsets": self._onsets,
        }

    def add(self, value: float, time: float) -> bool:
        """Takes the next value; returns whether drift began or ended.

        Args:
            value: Mean strangeness of a block.
            time: When the block began.
        """
        was_drift = self.is_drift
        if self._number < NUM_FIRST:
            self._learn(value)
            return False
        if not was_drift:
            self._bet(self._residual(value), time)
            if self._stakes.mean() >= self.settings.limit:
                self.is_drift = True
                self.since = self._onsets[int(self._sums.argmax())]
        self._lately.append(value)
        if was_drift and self._is_as_before():
            self.is_drift = False
            self._begin()
            if len(self._lately) > MOST_AWAY:
                self._lately = self._lately[-NUM_LATELY:]
        if self.is_drift:
            self._lately = self._lately[-MOST_AWAY - 1 :]
        else:
            for one in self._lately[:-NUM_LATELY]:
                self._learn(one)
            self._lately = self._lately[-NUM_LATELY:]
        return self.is_drift != was_drift

    def _is_as_before(self) -> bool:
        shift = float(np.mean(self._lately[-NUM_LATELY:])) - self._mean
        return abs(shift) < self._deviation()

    def _begin(self) -> None:
        self._stakes, self._sums = np.zeros(len(SHIFTS)), np.zeros(len(SHIFTS))
        self._onsets = [0.0] * len(SHIFTS)

    def _bet(self, residual: float, time: float) -> None:
        gains = SHIFTS * residual - SHIFTS**2 / 2
        # An overflow would not be JSON.
        self._stakes = np.minimum((1 + self._stakes) * np.exp(gains), 1e30)
        for index, total in enumerate(self._sums):
            if total <= 0:
                self._onsets[index] = time
        self._sums = np.maximum(0.0, self._sums + gains)

    def _residual(self, value: float) -> float:
        """The recursive residual, as a standard normal value."""
        wider = math.sqrt(1 + 1 / self._number)
        ratio = (value - self._mean) / (self._deviation() * wider)
        share = scipy.special.stdtr(self._number - 1, -abs(ratio))
        size = min(float(-scipy.special.ndtri(share)), MOST_RESIDUAL)
        return math.copysign(size, ratio)

    def _deviation(self) -> float:
        """Long-run standard deviation of a value, at least 0.1."""
        squares = max(self._squares, 1e-12)
        deviation = math.sqrt(squares / (self._number - 1))
        alike = min(max(self._products / squares, 0.0), MOST_CORRELATION)
        deviation = max(deviation, LEAST_DEVIATION)
        return deviation * math.sqrt((1 + alike) / (1 - alike))

    def _learn(self, value: float) -> None:
        """Takes a value over into mean, squares and products around it."""
        before = value - self._mean
        if self._number:
            self._products += before * (self._last - self._mean)
        self._number += 1
        self._mean += before / self._number
        self._squares += before * (value - self._mean)
        self._last = value
