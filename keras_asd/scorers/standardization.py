"""Standardisation of scores, group by group."""

import numpy as np
from numpy.typing import NDArray

# Fewer scores than this say nothing of how far a group's scores spread.
LEAST_SCORES = 5


def standardization(
    scores: NDArray[np.float64], owners: NDArray, num_groups: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean, and one over the deviation, of the scores of each group.

    Args:
        scores: Scores of each scorer, NaN where there is none, `(scorers,
            clips)`.
        owners: Group of each clip, integers `(clips,)`.
        num_groups: Number of groups.

    Returns:
        Two arrays, `(scorers, groups)` each. A group of few or equal scores
        has the deviation within all groups, one without scores their mean.

    >>> scores, owners = np.array([[0.0, 2, 0, 2, 0, 2]]), np.zeros(6, int)
    >>> mean, factor = standardization(scores, owners, 1)
    >>> mean.tolist(), factor.round(2).tolist()
    ([[1.0]], [[0.91]])
    """
    location = np.zeros((len(scores), num_groups))
    factor = np.ones((len(scores), num_groups))
    for index, row in enumerate(scores):
        is_scored = np.isfinite(row)
        groups = owners[is_scored]
        values = row[is_scored]
        if not len(values):
            continue
        counts = np.bincount(groups, minlength=num_groups)
        sums = np.bincount(groups, values, minlength=num_groups)
        means = np.where(
            counts > 0, sums / np.maximum(counts, 1), values.mean()
        )
        squares = np.bincount(
            groups, np.square(values - means[groups]), minlength=num_groups
        )
        spread = np.sqrt(squares / np.maximum(counts - 1, 1))
        pooled = np.sqrt(squares.sum() / max(len(values) - 1, 1))
        is_known = (counts >= LEAST_SCORES) & (spread > 1e-6 * pooled)
        spread = np.where(is_known, spread, pooled)
        location[index] = means
        factor[index] = 1.0 / np.where(spread > 0, spread, 1.0)
    return location, factor
