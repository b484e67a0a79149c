"""The official evaluators' "ci95" interval, for comparison only."""

import numpy as np
import scipy.stats
from numpy.typing import ArrayLike

from keras_asd.metrics import roc_curves
from keras_asd.metrics import standardized_area

_MAX_FPR = 0.1
_CHUNK = 256  # Clips left out per batch, to bound memory.


def evaluators_ci95(is_anomaly: ArrayLike, scores: ArrayLike) -> float:
    """Returns the "official score ci95" that the evaluators print.

    It is no interval of the official score, and too small by a factor of N - 1:
    it uses the deviation of the leave-one-out estimates instead of the
    jackknife's pseudo-values. Also, it is the mean of the intervals of AUC and
    pAUC over the pooled clips of all machines. Use
    `keras_asd.metrics.official_interval` instead.

    Args:
        is_anomaly: Booleans, or zeros and ones, of all clips, `(clips,)`.
        scores: Anomaly scores of the clips, `(clips,)`.

    Returns:
        Half the width of the interval, as a share.

    Raises:
        ValueError: If a label occurs fewer than two times, or for the reasons
            of `keras_asd.metrics.roc_curves`.

    >>> round(evaluators_ci95([0, 0, 0, 1, 1, 1], [1, 2, 4, 3, 5, 6]), 4)
    0.108

    Reference: the official evaluators of DCASE Task 2, 2022 to 2026.
    """
    num_clips = np.asarray(scores).size
    areas: list[list[np.ndarray]] = [[], []]
    for start in range(0, num_clips, _CHUNK):
        left_out = np.arange(start, min(start + _CHUNK, num_clips))
        counts = np.ones((left_out.size, num_clips), dtype=np.int64)
        counts[np.arange(left_out.size), left_out] = 0
        rates = roc_curves(is_anomaly, scores, counts)
        areas[0].append(standardized_area(*rates))
        areas[1].append(standardized_area(*rates, max_fpr=_MAX_FPR))
    estimates = np.stack([np.concatenate(parts) for parts in areas])
    critical = scipy.stats.t.ppf(0.975, num_clips - 1)
    return float(
        critical * np.mean(estimates.std(axis=1, ddof=1)) / num_clips**0.5
    )
