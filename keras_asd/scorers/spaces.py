"""Spaces of embeddings, fitted on the clips of a group."""

import numpy as np
from numpy.typing import NDArray

SPACES = ("sphere", "standardized", "whitened", "raw")
# Directions along which clips spread less, against the mean variance, are
# rounding errors.
LEAST_VARIANCE = 1e-6


def fit_space(space: str, rows: NDArray[np.float64]) -> dict[str, NDArray]:
    """Returns what leads from embeddings into the space of a group.

    - `"sphere"` and `"raw"` need nothing.
    - `"standardized"`: `location` and `factor`, `(embedding_dim,)`. A
      dimension in which the clips do not differ, by more than float32
      resolves, is left out; if that would leave none, all are kept as they
      are.
    - `"whitened"`: `location` and `factor`, `(embedding_dim, embedding_dim)`,
      the matrix that standardises and then whitens.

    Args:
        space: One of the four.
        rows: Distinct clips, `(clips, embedding_dim)`, at least one.

    >>> fit_space("standardized", np.array([[1.0, 7.0], [5.0, 7.0]]))
    {'location': array([3., 7.]), 'factor': array([0.5, 0. ])}
    """
    if space in ("sphere", "raw"):
        return {}
    # As it is stored: what follows is exact about this very point.
    location = rows.mean(axis=0).astype("float32").astype("float64")
    spread = rows.std(axis=0)
    resolution = np.finfo("float32").eps * np.max(np.abs(rows), axis=0)
    is_kept = spread > 4.0 * resolution
    factor = np.divide(1.0, spread, out=np.zeros_like(spread), where=is_kept)
    if not is_kept.any():
        is_kept, factor = ~is_kept, np.ones_like(spread)
    if space == "whitened":
        residuals = ((rows - rows.mean(axis=0)) * factor)[:, is_kept]
        whitening = np.zeros((len(spread), len(spread)))
        whitening[np.ix_(is_kept, is_kept)] = whitening_matrix(residuals)
        factor = factor[:, None] * whitening
    return {"location": location, "factor": factor}


def into_space(
    space: str, rows: NDArray[np.float64], state: dict[str, NDArray]
) -> NDArray[np.float64]:
    """Returns the coordinates of the clips, in double precision.

    An embedding of zeros has no direction and stays at the sphere's centre.

    >>> into_space("sphere", np.array([[3.0, 4.0], [0.0, 0.0]]), {}).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    if space == "raw":
        return rows
    if space == "sphere":
        # The largest entry first: squares overflow and underflow.
        peak = np.max(np.abs(rows), axis=1, keepdims=True)
        rows = rows / np.where(peak > 0, peak, 1.0)
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.where(length > 0, length, 1.0)
    residuals = rows - state["location"]
    if space == "standardized":
        return residuals * state["factor"]
    return residuals @ state["factor"]


def whitening_matrix(
    residuals: NDArray[np.float64], num_means: int = 1
) -> NDArray[np.float64]:
    """Returns the symmetric root of the inverse of a shrunk covariance.

    With less than two degrees of freedom Ledoit and Wolf's estimate has no
    ground (two clips would not be shrunk at all): all directions get the
    mean variance instead, or one if there is none.

    Args:
        residuals: Clips less their own mean, `(clips, embedding_dim)`.
        num_means: Integer, how many means were taken off.

    >>> whitening_matrix(np.array([[2.0, 0.0], [-2.0, 0.0]])).round(3)
    array([[0.707, 0.   ],
           [0.   , 0.707]])

    Reference: Ledoit & Wolf, https://doi.org/10.1016/S0047-259X(03)00096-4
    """
    from sklearn.covariance import LedoitWolf

    variance = np.mean(np.square(residuals)) if len(residuals) else 0.0
    if len(residuals) - num_means < 2 or variance == 0.0:
        scale = np.sqrt(variance) if variance > 0 else 1.0
        return np.eye(residuals.shape[1]) / scale
    estimate = LedoitWolf(assume_centered=True).fit(residuals / variance**0.5)
    values, vectors = np.linalg.eigh(estimate.covariance_)
    values = np.maximum(values, LEAST_VARIANCE * values.mean())
    return (vectors / np.sqrt(values * variance)) @ vectors.T
