"""Stratified bootstrap: how far a number would move with other clips."""

import numpy as np
from numpy.typing import ArrayLike
from numpy.typing import NDArray


def resample_counts(
    strata: ArrayLike,
    num_resamples: int = 1000,
    seed: int | np.random.Generator = 0,
) -> NDArray[np.int64]:
    """Draws clips with replacement within each stratum, and counts them.

    Whatever can be computed from counts can be given an interval: a curve
    with `roc_curves`, a mean or a minimum of several. Two scorers judged
    on the same counts are compared on the same resamples.

    Args:
        strata: The stratum of each clip, such as its section and label,
            `(clips,)`. Each stratum keeps its size in each resample.
        num_resamples: Integer, at least 1.
        seed: An integer, or a generator that is drawn from.

    Returns:
        How often each resample holds each clip, `(num_resamples, clips)`.

    Raises:
        ValueError: Where `num_resamples` is less than 1.

    >>> counts = resample_counts([0, 0, 0, 1], num_resamples=5)
    >>> counts[:, :3].sum(axis=1).tolist(), counts[:, 3].tolist()
    ([3, 3, 3, 3, 3], [1, 1, 1, 1, 1])

    Reference: Efron & Tibshirani, An Introduction to the Bootstrap, 1993.
    """
    if num_resamples < 1:
        raise ValueError(
            "`num_resamples` must be at least 1. "
            f"Received: num_resamples={num_resamples}."
        )
    generator = np.random.default_rng(seed)
    strata = np.asarray(strata)
    counts = np.zeros((num_resamples, strata.size), dtype=np.int64)
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        size = (num_resamples, members.size)
        draws = generator.integers(members.size, size=size)
        draws += np.arange(num_resamples)[:, None] * members.size
        drawn = np.bincount(draws.ravel(), minlength=draws.size)
        counts[:, members] = drawn.reshape(size)
    return counts


def percentile_interval(
    statistics: ArrayLike, confidence: float = 0.95
) -> tuple[float, float]:
    """Returns the bounds that leave out an equal share at either end.

    Args:
        statistics: One number a resample, `(resamples,)`.
        confidence: Float in `(0, 1)`, the share between the bounds.

    Raises:
        ValueError: Where `confidence` is out of range.

    >>> percentile_interval(range(101), confidence=0.5)
    (25.0, 75.0)
    """
    if not 0 < confidence < 1:
        raise ValueError(
            "`confidence` must be a share, 0 < confidence < 1. "
            f"Received: confidence={confidence}. For 95 % give 0.95."
        )
    tail = (1 - confidence) / 2
    low, high = np.quantile(np.asarray(statistics), [tail, 1 - tail])
    return float(low), float(high)
