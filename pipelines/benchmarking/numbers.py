"""Means over seeds with bootstrap intervals, and their table cells."""

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from keras_asd.metrics import PairedDifference
from pipelines.evaluation.drawn import Drawn
from pipelines.evaluation.tables import NOTHING


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
    numbers = [seed.number for seed in drawn]
    values = average_seeds([seed.values for seed in drawn])
    # What averaging takes from the variance, it adds to the clips.
    of_seed = np.mean([np.var(seed.values[1:]) for seed in drawn])
    gain = max(of_seed / max(np.var(values[1:]), 1e-12), 1.0)
    num_effective = min(seed.num_effective for seed in drawn)
    averaged = dataclasses.replace(
        drawn[0], values=values, num_effective=gain * num_effective
    )
    return Number(
        averaged.number,
        float(np.std(numbers, ddof=1)) if len(numbers) > 1 else 0.0,
        averaged.interval,
    )


def number_cell(number: Number | None, num_seeds: int) -> str:
    """Mean, deviation over the seeds and interval, in percent.

    >>> number_cell(Number(0.5, 0.01, (0.4, 0.6)), num_seeds=3)
    '50.0 ± 1.0 [40.0, 60.0]'
    >>> number_cell(Number(0.5, 0.0, (0.4, 0.6)), num_seeds=1)
    '50.0 [40.0, 60.0]'
    >>> number_cell(Number(0.5, 0.0, None), num_seeds=1)
    '50.0'
    """
    if number is None:
        return NOTHING
    spread = f" ± {100 * number.deviation:.1f}" if num_seeds > 1 else ""
    cell = f"{100 * number.mean:.1f}{spread}"
    if number.interval is None:
        return cell
    low, high = (100 * bound for bound in number.interval)
    return f"{cell} [{low:.1f}, {high:.1f}]"


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
