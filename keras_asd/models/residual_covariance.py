"""Covariance of a network's residuals, updated batch by batch."""

import numpy as np
from numpy.typing import ArrayLike
from numpy.typing import NDArray

# Least variance of a direction, of the mean variance and in dB^2: bands that
# a network gets exactly right must not outweigh all others.
LEAST_SHARE = 1e-4
LEAST_VARIANCE = 1e-6


class ResidualCovariance:
    """Covariance of residuals that never lie in memory together.

    Args:
        dim: Length of a residual.

    >>> spread = ResidualCovariance(2)
    >>> spread.add([[2.0, 1.0], [0.0, 0.0]])
    >>> spread.add([[0.0, 1.0], [2.0, 0.0]])
    >>> spread.covariance().tolist()
    [[1.0, 0.0], [0.0, 0.25]]
    """

    def __init__(self, dim: int) -> None:
        self.count = 0
        self.total = np.zeros(dim)
        self.products = np.zeros((dim, dim))

    def add(self, residuals: ArrayLike) -> None:
        """Takes in residuals `(..., dim)`, in double precision."""
        rows = np.asarray(residuals, "float64").reshape(-1, len(self.total))
        self.count += len(rows)
        self.total += rows.sum(axis=0)
        self.products += rows.T @ rows

    def covariance(self) -> NDArray[np.float64]:
        """Around the mean, `(dim, dim)`; zeros before the first residual."""
        count = max(self.count, 1)
        mean = self.total / count
        return self.products / count - np.outer(mean, mean)

    def root(self) -> NDArray[np.float64]:
        """A root of the inverse covariance, `(dim, dim)`, always finite.

        The squared length of `residual @ root` is the squared Mahalanobis
        distance. Directions of hardly any variance keep a least one.

        >>> spread = ResidualCovariance(1)
        >>> spread.add([[-2.0], [2.0]])
        >>> spread.root().tolist()
        [[0.5]]
        """
        variances, directions = np.linalg.eigh(self.covariance())
        least = max(LEAST_SHARE * variances.mean(), LEAST_VARIANCE)
        return directions / np.sqrt(np.maximum(variances, least))
