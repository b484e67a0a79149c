"""Motion of a unit during one clip."""

import dataclasses

import numpy as np

from pipelines.datasets.synthetic.machine import Machine
from pipelines.datasets.synthetic.sound_elements import slow_curve


@dataclasses.dataclass(frozen=True)
class Motion:
    """Course of a movement; all arrays are `(samples,)`.

    Args:
        velocity: Share of the full speed, in [0, 1].
        turns: Turns of the shaft made so far.
        stroke: Strokes made so far; the fraction is the position in one.

    >>> stroke = np.arange(8) / 4
    >>> motion = Motion(np.ones(8), np.zeros(8), stroke)
    >>> motion.passes(0.5).tolist()
    [2, 6]
    """

    velocity: np.ndarray
    turns: np.ndarray
    stroke: np.ndarray

    def passes(self, position: float) -> np.ndarray:
        """Returns the samples at which strokes pass a position in [0, 1)."""
        count = np.floor(self.stroke - position)
        return np.flatnonzero(np.diff(count) > 0) + 1


def move(
    unit: Machine,
    load: float,
    samples: int,
    sampling_rate: int,
    rng: np.random.Generator,
) -> Motion:
    """Draws the motion of a unit for one clip from a random moment on.

    A higher load quickens the shaft and the strokes a little; both wander
    slowly. A machine without strokes runs at full speed.

    >>> from pipelines.datasets.synthetic.machine import DESIGNS
    >>> rng = np.random.default_rng(0)
    >>> motion = move(DESIGNS["fan"], 1.0, 16000, 16000, rng)
    >>> round(motion.turns[-1] - motion.turns[0])
    24
    """
    speed = load**0.3 * rng.normal(1, 0.006)
    wander = speed * (1 + 0.004 * slow_curve(rng, samples, sampling_rate, 1.0))
    if not unit.stroke_seconds:
        velocity = np.ones(samples)
        stroke = np.zeros(samples)
    else:
        pace = slow_curve(rng, samples, sampling_rate, unit.stroke_seconds)
        pace = wander * (1 + 0.03 * pace) / unit.stroke_seconds
        stroke = rng.random() + np.cumsum(pace) / sampling_rate
        # A trapezium: speeds up and slows down in a tenth of the movement.
        position = (stroke - np.floor(stroke)) / unit.moving_share
        velocity = np.clip(10 * np.minimum(position, 1 - position), 0, 1)
    turns = np.cumsum(unit.shaft_hz * wander * velocity) / sampling_rate
    return Motion(velocity, turns + rng.random(), stroke)
