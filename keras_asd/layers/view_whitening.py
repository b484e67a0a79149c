"""Whitening of several views of a clip, each by its own covariance."""

import itertools

import keras
from keras import ops

from keras_asd.layers.whitening import Whitening


@keras.saving.register_keras_serializable(package="keras_asd")
class ViewWhitening(keras.layers.Layer):
    """Views of a clip in a row, the first ones whitened.

    Each of `dims` is whitened by itself; see `Whitening`. What lies behind
    them stays as it is. Always computed in float32.

    Args:
        dims: Lengths of the views to whiten, in order.
        is_fitted: Whether the weights come from a `fit`; for configurations
            that are loaded, `fit` sets it.

    Input shape: `(batch, features)`, at least the sum of `dims`.
    Output shape: the same.

    Raises:
        ValueError: For too few features, a call before `fit`, or clips that
            `fit` cannot use.

    >>> import numpy as np
    >>> layer = ViewWhitening([2])
    >>> layer.fit(np.random.default_rng(0).normal(0.0, 9.0, (5000, 3)))
    >>> deviation = np.array(layer(np.array([[9.0, 0.0, 7.0]])))[0]
    >>> round(float(np.linalg.norm(deviation[:2])), 1), float(deviation[2])
    (1.0, 7.0)
    """

    def __init__(self, dims, is_fitted=False, **kwargs):
        super().__init__(**{"dtype": "float32", "trainable": False, **kwargs})
        self.dims = list(dims)
        self.whitenings = [Whitening(is_fitted=is_fitted) for _ in self.dims]

    @property
    def is_fitted(self):
        """Whether every view's whitening is fitted."""
        return all(whitening.is_fitted for whitening in self.whitenings)

    def build(self, input_shape):
        if input_shape[-1] < sum(self.dims):
            raise ValueError(
                "There must be as many features as the views have together. "
                f"Received: {input_shape[-1]} features for dims={self.dims}."
            )
        for whitening, dim in zip(self.whitenings, self.dims, strict=True):
            whitening.build((None, dim))

    def fit(self, features, groups=None):
        """Learns each view's whitening; arguments of `Whitening.fit`."""
        if not self.built:
            self.build(features.shape)
        for whitening, part in self._parts():
            whitening.fit(features[:, part], groups)

    def call(self, features):
        views = [
            whitening(features[:, part]) for whitening, part in self._parts()
        ]
        return ops.concatenate([*views, features[:, sum(self.dims) :]], axis=-1)

    def _parts(self):
        ends = itertools.accumulate(self.dims)
        for whitening, dim, end in zip(
            self.whitenings, self.dims, ends, strict=True
        ):
            yield whitening, slice(end - dim, end)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "dims": self.dims,
            "is_fitted": self.is_fitted,
        }
