"""Whitening of features by the covariance of normal clips."""

import keras
import numpy as np
from keras import ops

# Least variance of a direction, of the mean variance: a band that is the
# same in all normal clips must not outweigh all others.
LEAST_VARIANCE = 1e-4
LEAST_MEAN_VARIANCE = 1e-12


@keras.saving.register_keras_serializable(package="keras_asd")
class Whitening(keras.layers.Layer):
    """Principal directions of normal clips, each divided by its spread.

    The Euclidean distance of two results is the Mahalanobis distance of what
    they came from. The covariance is shrunk towards a multiple of the
    identity as Ledoit and Wolf say, so it takes fewer clips than features:
    directions in which the normal clips do not move at all keep the variance
    that the shrinkage gives them. They are kept on purpose, since a fault
    often shows there. Always computed in float32.

    Args:
        num_components: Integer, directions of the largest variance to keep;
            all of them if `None`.
        is_fitted: Whether the weights come from a `fit`; for configurations
            that are loaded, `fit` sets it.

    Input shape: `(batch, features)`.
    Output shape: `(batch, num_components)`.

    Raises:
        ValueError: For more components than features, a call before `fit`,
            or clips that `fit` cannot use.

    >>> layer = Whitening()
    >>> layer.fit(np.random.default_rng(0).normal(3.0, 2.0, (5000, 2)))
    >>> distance = np.linalg.norm(np.array(layer(np.array([[3, 7]]))))
    >>> round(float(distance), 1)
    2.0

    Reference: Ledoit & Wolf, A well-conditioned estimator for
    large-dimensional covariance matrices (2004),
    https://doi.org/10.1016/S0047-259X(03)00096-4
    """

    def __init__(self, num_components=None, is_fitted=False, **kwargs):
        super().__init__(**{"dtype": "float32", "trainable": False, **kwargs})
        self.num_components = num_components
        self.is_fitted = is_fitted

    def build(self, input_shape):
        features = input_shape[-1]
        width = features if self.num_components is None else self.num_components
        if not 0 < width <= features:
            raise ValueError(
                "`num_components` must be at least 1 and at most the number "
                f"of features. Received: num_components={width} for "
                f"{features} features. Leave it out to keep all directions."
            )
        self.centre = self.add_weight(
            shape=(features,), initializer="zeros", name="centre"
        )
        self.projection = self.add_weight(
            shape=(features, width), initializer="zeros", name="projection"
        )

    def fit(self, features, groups=None):
        """Learns centre and directions from normal clips.

        Args:
            features: Array `(clips, features)`.
            groups: Integers `(clips,)`: the spread is then taken around each
                group's own mean, so that differences between machines do not
                count as spread. One group if `None`.

        Raises:
            ValueError: If the array is not finite or of another shape, or if
                no group has clips that differ.
        """
        features = np.asarray(features, "float64")
        if features.ndim != 2 or not np.isfinite(features).all():
            raise ValueError(
                "`features` must be finite, of shape `(clips, features)`. "
                f"Received: shape {features.shape}. Leave broken clips out."
            )
        if not has_spread(features, groups):
            raise ValueError(
                "`features` must hold clips that differ, within a group. "
                f"Received: {len(features)} clips without any spread. Take "
                "at least two normal clips that are not silent."
            )
        deviation = features - group_means(features, groups)
        variances, directions = np.linalg.eigh(
            deviation.T @ deviation / max(len(features), 1)
        )
        mean = variances.mean()
        if not self.built:
            self.build(features.shape)
        shrinkage = ledoit_wolf_shrinkage(deviation)
        variances = (1 - shrinkage) * variances + shrinkage * mean
        variances = np.maximum(variances, LEAST_VARIANCE * mean)
        scaled = (directions / np.sqrt(variances))[:, ::-1]
        # Of a direction and its opposite, the one whose largest part is > 0.
        largest = np.take_along_axis(
            scaled, np.abs(scaled).argmax(axis=0)[None], axis=0
        )
        scaled = scaled * np.sign(largest)
        self.centre.assign(features.mean(axis=0))
        self.projection.assign(scaled[:, : self.projection.shape[1]])
        self.is_fitted = True

    def call(self, features):
        if not self.is_fitted:
            raise ValueError(
                "A whitening must be fitted before it is called. Received: "
                "no clips so far. Call `fit` with those of normal clips."
            )
        return ops.matmul(features - self.centre, self.projection)

    def load_own_variables(self, store):
        super().load_own_variables(store)
        projection = ops.convert_to_numpy(self.projection)
        self.is_fitted = bool(np.any(projection))

    def compute_output_shape(self, input_shape):
        width = self.num_components
        return (input_shape[0], input_shape[-1] if width is None else width)

    def get_config(self):
        return {
            **super().get_config(),
            "num_components": self.num_components,
            "is_fitted": self.is_fitted,
        }


def has_spread(features, groups=None) -> bool:
    """Whether some group has clips that differ, as a whitening needs.

    >>> has_spread(np.array([[1.0], [3.0], [7.0]]), [0, 0, 1])
    True
    >>> has_spread(np.array([[1.0], [3.0], [7.0]]), [0, 1, 2])
    False
    """
    if not len(features):
        return False
    deviation = features - group_means(features, groups)
    return bool(np.mean(np.square(deviation)) > LEAST_MEAN_VARIANCE)


def group_means(features, groups=None) -> np.ndarray:
    """Mean of every clip's own group, `(clips, features)`.

    >>> group_means(np.array([[1.0], [3.0], [7.0]]), [0, 0, 1]).tolist()
    [[2.0], [2.0], [7.0]]
    """
    features = np.asarray(features, "float64")
    if groups is None:
        groups = np.zeros(len(features), "int64")
    if np.shape(groups) != (len(features),):
        raise ValueError(
            "`groups` must hold one integer a clip. Received: shape "
            f"{np.shape(groups)} for {len(features)} clips."
        )
    names, indices = np.unique(groups, return_inverse=True)
    is_member = np.eye(len(names))[indices]
    means = is_member.T @ features / is_member.sum(axis=0)[:, None]
    return means[indices]


def ledoit_wolf_shrinkage(deviation) -> float:
    """How far a covariance is to be moved towards its mean variance.

    Args:
        deviation: Features less their mean, `(clips, features)`.

    Returns:
        Between 0 (many clips) and 1 (nothing can be told from them).

    >>> round(ledoit_wolf_shrinkage([[1, 0], [-1, 0], [0, 0]]), 6)
    0.333333

    Reference: Ledoit & Wolf (2004),
    https://doi.org/10.1016/S0047-259X(03)00096-4
    """
    deviation = np.asarray(deviation, "float64")
    num_clips, num_features = deviation.shape
    covariance = deviation.T @ deviation / num_clips
    mean = np.trace(covariance) / num_features
    # Squared distances: of the covariance from `mean` times the identity,
    # and, on average, of a single clip's product from the covariance.
    distance = np.sum(covariance**2) - num_features * mean**2
    products = np.sum(np.sum(deviation**2, axis=1) ** 2) / num_clips
    error = (products - np.sum(covariance**2)) / num_clips
    return float(np.clip(error / distance, 0.0, 1.0)) if distance > 0 else 1.0
