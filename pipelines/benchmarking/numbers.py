"""Bootstrap intervals of means over seeds and test clips."""

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipelines.evaluation.drawn import Drawn


@dataclasses.dataclass(frozen=True)
class Number:
    """Mean over seeds, with standard deviation and interval.

    Args:
        mean: Mean over the seeds.
        deviation: Standard deviation over the seeds; 0 for one seed.
        interval: Interval at 95 %, over resampled seeds and test clips; `None`
            with too few clips.

    >>> Number(0.7, 0.02, (0.6, 0.8)).is_above(0.5)
    True
    """

    mean: float
    deviation: float
    interval: tuple[float, float] | None

    def is_above(self, value: float) -> bool:
        """Whether there is an interval, and the whole of it above a value."""
        return self.interval is not None and self.interval[0] > value


def average_seeds(
    drawn: Sequence[NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Mean over the seeds, which are resampled in each resample, too.

    The same seeds are drawn for every row, so that differences are paired.

    Args:
        drawn: Metric of each seed on the original clips, then on each resample,
            `(1 + resamples,)`.

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
    """Mean, deviation and interval of a metric of each seed.

    >>> seeds = [Drawn(np.array([0.25, 0.5])), Drawn(np.array([0.75, 0.5]))]
    >>> number_of(seeds).interval
    (0.5, 0.5)
    """
    own = [one.number for one in drawn]
    values = average_seeds([one.values for one in drawn])
    # What averaging takes from the variance, it adds to the clips.
    of_seed = np.mean([np.var(one.values[1:]) for one in drawn])
    gain = max(of_seed / max(np.var(values[1:]), 1e-12), 1.0)
    num_effective = min(one.num_effective for one in drawn)
    averaged = dataclasses.replace(
        drawn[0], values=values, num_effective=gain * num_effective
    )
    return Number(
        averaged.number,
        float(np.std(own, ddof=1)) if len(own) > 1 else 0.0,
        averaged.interval,
    )
