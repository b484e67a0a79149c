"""Means over seeds with bootstrap intervals, and their table cells."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from keras_asd.metrics import PairedDifference
from keras_asd.metrics import percentile_interval
from pipelines.evaluation.judging import Drawn
from pipelines.evaluation.tables import NOTHING


@dataclasses.dataclass(frozen=True)
class Number:
    """Mean over seeds, with standard deviation and interval.

    Args:
        mean: Mean over the seeds.
        deviation: Standard deviation over the seeds; 0 for one seed.
        interval: Bootstrap interval at 95 %, over resampled seeds and test
            clips.

    >>> Number(0.7, 0.02, (0.6, 0.8)).is_above(0.5)
    True
    """

    mean: float
    deviation: float
    interval: tuple[float, float]

    def is_above(self, value: float) -> bool:
        """Whether the whole interval is above a value."""
        return self.interval[0] > value


def average_seeds(drawn: Sequence[Drawn]) -> Drawn:
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
    """Mean, deviation and interval; the argument is that of `average_seeds`.

    >>> number_of([np.array([0.25, 0.5]), np.array([0.75, 0.5])]).interval
    (0.5, 0.5)
    """
    values = [float(row[0]) for row in drawn]
    averaged = average_seeds(drawn)
    return Number(
        float(averaged[0]),
        float(np.std(values, ddof=1)) if len(values) > 1 else 0.0,
        percentile_interval(averaged[1:]),
    )


def number_cell(number: Number | None, num_seeds: int) -> str:
    """Mean, deviation over the seeds and interval, in percent.

    >>> number_cell(Number(0.5, 0.01, (0.4, 0.6)), num_seeds=3)
    '50.0 ± 1.0 [40.0, 60.0]'
    >>> number_cell(Number(0.5, 0.0, (0.4, 0.6)), num_seeds=1)
    '50.0 [40.0, 60.0]'
    """
    if number is None:
        return NOTHING
    low, high = (100 * bound for bound in number.interval)
    spread = f" ± {100 * number.deviation:.1f}" if num_seeds > 1 else ""
    return f"{100 * number.mean:.1f}{spread} [{low:.1f}, {high:.1f}]"


def difference_cell(difference: PairedDifference | None) -> str:
    """Difference, interval and p-value, in points.

    >>> difference = PairedDifference(0.02, (-0.01, 0.05), 0.2, 0.95, 1000)
    >>> difference_cell(difference)
    '+2.0 [-1.0, +5.0], p = 0.2'
    """
    if difference is None:
        return NOTHING
    low, high = map(_points, difference.interval)
    return (
        f"{_points(difference.difference)} [{low}, {high}], "
        f"p = {difference.p_value:.2g}"
    )


def _points(share: float) -> str:
    return f"{100 * share + 0.0:+.1f}"  # Avoids -0.0.
