"""Table cells of means, intervals and differences."""

from keras_asd.metrics import PairedDifference
from pipelines.benchmarking.numbers import Number
from pipelines.evaluation.tables import NOTHING


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


def difference_cell(found: PairedDifference | None) -> str:
    """Difference, interval and p-value, in points.

    >>> found = PairedDifference(0.02, (-0.01, 0.05), 0.2, 0.95, 1000)
    >>> difference_cell(found)
    '+2.0 [-1.0, +5.0], p = 0.2'
    """
    if found is None:
        return NOTHING
    low, high = map(_points, found.interval)
    return (
        f"{_points(found.difference)} [{low}, {high}], p = {found.p_value:.2g}"
    )


def _points(share: float) -> str:
    return f"{100 * share + 0.0:+.1f}"  # Avoids -0.0.
