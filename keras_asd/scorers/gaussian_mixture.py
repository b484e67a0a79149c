"""Negative log-likelihood under a mixture of Gaussians."""

import warnings

import keras
import numpy as np
from keras import ops

from keras_asd.scorers.mahalanobis import squared_distances
from keras_asd.scorers.scorer import Scorer
from keras_asd.scorers.training_clips import check_count
from keras_asd.scorers.training_clips import distinct


@keras.saving.register_keras_serializable(package="keras_asd")
class GaussianMixture(Scorer):
    """Negative log-likelihood under a mixture of full Gaussians.

    Source and target clips are fitted together.

    Args:
        num_components: Integer; no more than a group has clips.
        covariance_floor: Float, added to the variance of each dimension, as
            a share of the mean variance of the group's clips.
        space: String; see `Scorer`. On the sphere, of the unit vectors.
        num_groups: Integer, or `None`: as many as `fit` sees.
        **kwargs: `name` and others of `keras.layers.Layer`.

    Raises:
        ValueError: For a bad count, floor or space.

    >>> scorer = GaussianMixture(1, covariance_floor=1.0, space="raw")
    >>> scorer = scorer.fit([[-1.0], [1.0]])
    >>> [round(float(score), 3) for score in scorer(ops.array([[2.0]]))[0]]
    [2.266]

    Reference: Wilkinghoff, Sub-Cluster AdaCos,
    https://doi.org/10.1109/IJCNN52387.2021.9534290
    """

    def __init__(
        self,
        num_components=2,
        covariance_floor=0.1,
        space="sphere",
        num_groups=None,
        **kwargs,
    ):
        super().__init__(space=space, num_groups=num_groups, **kwargs)
        self.num_components = check_count("num_components", num_components)
        if not 0 < covariance_floor < np.inf:
            raise ValueError(
                "`covariance_floor` must be a positive share. "
                f"Received: covariance_floor={covariance_floor}."
            )
        self.covariance_floor = covariance_floor

    def _build_state(self, dim):
        count = self.num_components
        self.means = self._add_state("means", count, dim)
        self.roots = self._add_state("roots", count, dim, dim)
        # Of each component at its own mean, its weight included.
        self.log_peak = self._add_state("log_peak", count)
        self.is_component = self._add_state("is_component", count)

    def _fit_group(self, source, target):
        pool = distinct(np.concatenate([source, target]))
        dim = pool.shape[1]
        if len(pool) == 1:
            # Nothing tells how far clips spread: as they do by chance.
            variance = 1.0 / dim if self.space == "sphere" else 1.0
            means, weights = pool, np.ones(1)
            roots = np.eye(dim)[None] / np.sqrt(variance)
        else:
            mixture = self._fit_mixture(pool)
            means, weights = mixture.means_, mixture.weights_
            roots = mixture.precisions_cholesky_
        log_determinant = np.sum(
            np.log(np.diagonal(roots, axis1=1, axis2=2)), axis=1
        )
        log_peak = np.log(np.maximum(weights, 1e-300)) + log_determinant
        return {
            "means": means,
            "roots": roots,
            "log_peak": log_peak - dim / 2 * np.log(2 * np.pi),
            "is_component": np.ones(len(means)),
        }

    def _fit_mixture(self, pool):
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.mixture import GaussianMixture as Mixture

        mixture = Mixture(
            min(self.num_components, len(pool)),
            reg_covar=self.covariance_floor * pool.var(axis=0).mean(),
            random_state=0,
        )
        with warnings.catch_warnings():
            # A mixture that still moves a little serves as well.
            warnings.simplefilter("ignore", ConvergenceWarning)
            return mixture.fit(pool)

    def _score(self, coordinates):
        square = squared_distances(coordinates, self.means, self.roots)
        log_density = ops.where(
            self.is_component > 0, self.log_peak - 0.5 * square, -1e30
        )
        return -ops.logsumexp(log_density, axis=-1)

    def get_config(self):
        return {
            **super().get_config(),
            "num_components": self.num_components,
            "covariance_floor": self.covariance_floor,
        }
