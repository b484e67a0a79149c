"""Strangeness of windows, measured by the first day that a watch heard."""

from collections.abc import Sequence

import numpy as np
import scipy.special

# Strangeness at the knots: standard normal values of the share of the first
# day's windows with a lower score.
KNOTS = np.arange(-3.0, 3.25, 0.25)


def fit_knots(scores: np.ndarray) -> list[float]:
    """Anomaly scores of the first day at `KNOTS`, as plain JSON.

    The p-values of a model come from a few calibration clips, and those of
    another day; what a watch heard itself does not err that way.

    Args:
        scores: Anomaly scores of the first day, `(windows,)`.

    >>> knots = fit_knots(np.arange(1001.0))
    >>> len(knots), round(knots[12])
    (25, 500)
    """
    return np.quantile(scores, scipy.special.ndtr(KNOTS)).tolist()


def own_strangeness(scores: np.ndarray, knots: Sequence[float]) -> np.ndarray:
    """Strangeness of windows, as standard normal values in [-3, 3].

    Args:
        scores: Anomaly scores, `(windows,)`.
        knots: What `fit_knots` returned.

    >>> knots = fit_knots(np.arange(1001.0))
    >>> own_strangeness(np.array([-1.0, 500.0, 977.0]), knots).round(1)
    array([-3.,  0.,  2.])
    """
    return np.interp(scores, knots, KNOTS)


def own_p_value(strangeness: float) -> float:
    """Share of the first day's windows that were as strange.

    >>> own_p_value(0.0)
    0.5
    """
    return float(scipy.special.ndtr(-strangeness))
