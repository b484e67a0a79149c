"""Mahalanobis distance to the means of the domains."""

import keras
import numpy as np
from keras import ops

from keras_asd.checks import check_choice
from keras_asd.scorers.scorer import Scorer
from keras_asd.scorers.spaces import whitening_matrix

COVARIANCES = ("shared", "domain")
# Source and target.
NUM_DOMAINS = 2


def squared_distances(coordinates, means, roots):
    """Returns `|(x - mean) root|^2`, `(batch, num_groups, components)`.

    Args:
        coordinates: `(batch, num_groups, dim)`.
        means: `(num_groups, components, dim)`.
        roots: `(num_groups, components, dim, dim)`, or one in place of the
            components; each is a root of an inverse covariance.

    >>> root = 2.0 * ops.eye(2)[None, None]
    >>> means = ops.zeros((1, 3, 2))
    >>> square = squared_distances(ops.ones((1, 1, 2)), means, root)
    >>> [float(value) for value in square[0, 0]]
    [8.0, 8.0, 8.0]
    """
    residuals = coordinates[:, :, None, :] - means
    # A batch of clips at a time through each matrix.
    residuals = ops.transpose(residuals, (1, 2, 0, 3))
    square = ops.sum(ops.square(ops.matmul(residuals, roots)), axis=-1)
    return ops.transpose(square, (2, 0, 1))


@keras.saving.register_keras_serializable(package="keras_asd")
class Mahalanobis(Scorer):
    """Least Mahalanobis distance to the means of a group's two domains.

    Covariances are shrunk after Ledoit and Wolf. With `"shared"` there is
    one for the group, of its clips about their own domain's mean. With
    `"domain"` each domain has its own, but one with fewer than three clips
    takes the shared one.

    Args:
        covariance: `"shared"` or `"domain"`.
        space: String; see `Scorer`. On the sphere, of the unit vectors.
        num_groups: Integer, or `None`: as many as `fit` sees.
        **kwargs: `name` and others of `keras.layers.Layer`.

    Raises:
        ValueError: For an unknown covariance or space.

    >>> clips = [[-1.0, 0.0], [1.0, 0.0], [0.0, -1.0], [0.0, 1.0]]
    >>> scorer = Mahalanobis(space="raw").fit(clips)
    >>> [round(float(score), 3) for score in scorer(ops.array([[2.0, 0.0]]))[0]]
    [2.828]

    Reference: Ledoit & Wolf, https://doi.org/10.1016/S0047-259X(03)00096-4;
    the selective Mahalanobis score of the DCASE 2023 baseline, Harada et
    al., https://arxiv.org/abs/2303.00455
    """

    def __init__(
        self, covariance="shared", space="sphere", num_groups=None, **kwargs
    ):
        super().__init__(space=space, num_groups=num_groups, **kwargs)
        check_choice("covariance", covariance, COVARIANCES)
        self.covariance = covariance

    def _build_state(self, dim):
        count = 1 if self.covariance == "shared" else NUM_DOMAINS
        self.means = self._add_state("means", NUM_DOMAINS, dim)
        self.roots = self._add_state("roots", count, dim, dim)
        self.is_domain = self._add_state("is_domain", NUM_DOMAINS)

    def _fit_group(self, source, target):
        domains = [source, target]
        is_domain = np.array([len(rows) > 0 for rows in domains])
        means = np.array(
            [
                rows.mean(axis=0) if len(rows) else np.zeros(rows.shape[1])
                for rows in domains
            ]
        )
        residuals = [
            rows - mean for rows, mean in zip(domains, means, strict=True)
        ]
        shared = whitening_matrix(np.concatenate(residuals), is_domain.sum())
        roots = [shared]
        if self.covariance == "domain":
            roots = [
                whitening_matrix(rows) if len(rows) > 2 else shared
                for rows in residuals
            ]
        return {
            "means": means,
            "roots": np.array(roots),
            "is_domain": is_domain,
        }

    def _score(self, coordinates):
        square = squared_distances(coordinates, self.means, self.roots)
        square = ops.where(self.is_domain > 0, square, np.inf)
        return ops.sqrt(ops.min(square, axis=-1))

    def get_config(self):
        return {**super().get_config(), "covariance": self.covariance}
