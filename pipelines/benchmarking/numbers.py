"""Means over the trainings of a row, with their intervals."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from keras_asd.metrics import percentile_interval
from pipelines.evaluation.judging import Drawn


@dataclasses.dataclass(frozen=True)
class Number:
    """A mean over seeds, how far the seeds lie apart, and an interval.

    Args:
        mean: Over the seeds.
        deviation: Standard deviation over the seeds; 0 for one seed.
        interval: 95 % of the means over seeds and test clips drawn again.

    >>> Number(0.7, 0.02, (0.6, 0.8)).is_above(0.5)
    True
    """

    mean: float
    deviation: float
    interval: tuple[float, float]

    def is_above(self, value: float) -> bool:
        """Whether the whole interval is."""
        return self.interval[0] > value


def average_seeds(drawn: Sequence[Drawn]) -> Drawn:
    """Mean over the seeds; each resample draws the seeds again, too.

    The same seeds are drawn for every row, so that differences are paired.

    Args:
        drawn: Of each seed the number on the clips as they are, then on each
            resample of them, `(1 + resamples,)`.

    >>> average_seeds([np.array([0.25, 0.5]), np.array([0.75, 0.5])])
    array([0.5, 0.5])

    Reference: Davison & Hinkley, Bootstrap Methods and their Application,
    1997, section 3.8, for data of two levels.
    """
    rows = np.stack(drawn)
    generator = np.random.default_rng(0)
    seeds = generator.integers(len(rows), size=rows[:, 1:].shape)
    resampled = np.take_along_axis(rows[:, 1:], seeds, axis=0).mean(axis=0)
    return np.append(np.mean([row[0] for row in drawn]), resampled)


def number_of(drawn: Sequence[Drawn]) -> Number:
    """Summarizes what `average_seeds` takes.

    >>> number_of([np.array([0.25, 0.5]), np.array([0.75, 0.5])]).interval
    (0.5, 0.5)
    """
    own = [float(row[0]) for row in drawn]
    averaged = average_seeds(drawn)
    return Number(
        float(averaged[0]),
        float(np.std(own, ddof=1)) if len(own) > 1 else 0.0,
        percentile_interval(averaged[1:]),
    )
