"""Intervals of AUC and partial AUC that cover with few clips, too."""

import math
import statistics

import numpy as np
from numpy.typing import ArrayLike

MIN_CLIPS = 4


def effective_clips(
    num_normal: int, num_anomaly: int, max_fpr: float = 1.0
) -> float:
    """Returns how many independent clips an area is worth at most.

    A bootstrap of few clips, or of an area near 1, hardly varies, or not at
    all. Its variance is never taken to be less than that of a share of so many
    clips. The two formulas were settled by simulation (`python -m
    benchmarks.intervals`); at a large AUC the first one is that of Hanley &
    McNeil.

    Args:
        num_normal: Integer, number of normal clips.
        num_anomaly: Integer, number of anomalies.
        max_fpr: Float in `(0, 1]`, below 1 for a partial AUC.

    Returns:
        Float; 0 where the clips are too few for an interval: fewer than four of
        a label, or fewer normal clips than `1 / max_fpr`.

    >>> effective_clips(11, 11), round(effective_clips(11, 11, 0.1), 2)
    (20.0, 2.5)
    >>> effective_clips(3, 50), effective_clips(9, 50, 0.1)
    (0.0, 0.0)

    Reference: Hanley & McNeil, https://doi.org/10.1148/radiology.143.1.7063747
    """
    if min(num_normal, num_anomaly) < MIN_CLIPS or num_normal * max_fpr < 1:
        return 0.0
    normal, anomaly = 1 / (num_normal - 1), 1 / (num_anomaly - 1)
    if max_fpr == 1:
        return 4 / (normal + anomaly)
    return 1 / (3 * normal + anomaly)


def effective_of_mean(sizes: ArrayLike) -> float:
    """Returns how many independent clips the mean of several areas is worth.

    Args:
        sizes: Effective clips of each area, `(areas,)`.

    >>> effective_of_mean([20.0, 20.0]), effective_of_mean([20.0, 0.0])
    (40.0, 0.0)
    """
    sizes = np.asarray(sizes, dtype=np.float64)
    if np.any(sizes <= 0):
        return 0.0
    total = float(np.sum(1 / sizes))
    return sizes.size**2 / total if total else math.inf


def lowest_area(max_fpr: float = 1.0) -> float:
    """Returns the least value of an area whose chance level is 0.5.

    >>> lowest_area(), round(lowest_area(0.1), 4)
    (0.0, 0.4737)
    """
    chance = max_fpr**2 / 2
    return 0.5 - chance / (max_fpr - chance) / 2


def share_interval(
    drawn: ArrayLike,
    num_effective: float,
    confidence: float = 0.95,
    lowest: float = 0.0,
) -> tuple[float, float] | None:
    """Returns the bounds of an area, or of a mean of areas, by its resamples.

    Wilson's interval of a share, of as many clips as give the variance of the
    resamples, and no more than `num_effective`; its middle is corrected for the
    bias that the resamples show. It always holds the area itself.

    Args:
        drawn: The area on the clips as they are, then on each resample,
            `(1 + resamples,)`.
        num_effective: Float, effective clips; see `effective_clips`.
        confidence: Float in `(0, 1)`.
        lowest: Float, the least value that the area can have.

    Returns:
        Lower and upper bound; `None` without effective clips.

    Raises:
        ValueError: Where `confidence` is out of range, or an area is.

    >>> low, high = share_interval([1.0, 1.0, 1.0], effective_clips(11, 11))
    >>> round(low, 2), high
    (0.84, 1.0)

    Reference: Wilson, https://doi.org/10.1080/01621459.1927.10502953
    """
    if not 0 < confidence < 1:
        raise ValueError(
            "`confidence` must be a share, 0 < confidence < 1. "
            f"Received: confidence={confidence}. For 95 % give 0.95."
        )
    shares = (np.asarray(drawn, dtype=np.float64) - lowest) / (1 - lowest)
    if not np.all(np.abs(shares - 0.5) < 0.5 + 1e-9):
        raise ValueError(
            f"`drawn` must hold areas from `lowest` to 1. Received: {drawn!r} "
            f"with lowest={lowest}."
        )
    if num_effective <= 0:
        return None
    share, resampled = float(np.clip(shares[0], 0, 1)), shares[1:]
    variance = float(np.var(resampled))
    size = num_effective
    if variance > 0 and 0 < share < 1:
        size = min(size, share * (1 - share) / variance)
    middle = float(np.clip(2 * share - np.mean(resampled), 0, 1))
    quantile = statistics.NormalDist().inv_cdf((1 + confidence) / 2)
    lost = quantile**2 / size
    half = quantile * math.sqrt(middle * (1 - middle) / size + lost / size / 4)
    middle += lost / 2
    low = min((middle - half) / (1 + lost), share)
    high = max((middle + half) / (1 + lost), share)
    width = 1 - lowest
    return lowest + width * max(low, 0.0), lowest + width * min(high, 1.0)
