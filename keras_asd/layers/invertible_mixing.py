"""The invertible 1 x 1 convolution of a flow."""

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="keras_asd")
class InvertibleMixing(keras.layers.Layer):
    """Invertible mixing of the channels at every pixel.

    The matrix is a drawn orthogonal one, which stays, times a lower and an
    upper triangular one, which are trained: `rotation @ lower @ upper`. The
    lower one has ones on its diagonal, the upper one exponentials, so the
    product always has an inverse, and its log-determinant is a sum. Glow
    factors the drawn matrix itself; the start is the same. Both triangles are
    one weight, the diagonal is that of the logarithms. Always computed in
    float32.

    Input shape: `(batch, frames, mel_bins, channels)`, known but for the batch.
    Output shape: the same, and the log-determinant of the Jacobian `(batch,)`.

    >>> image = np.random.default_rng(0).normal(size=(5, 4, 2, 3))
    >>> mixed, log_determinant = InvertibleMixing()(image)
    >>> bool(np.isclose(np.linalg.norm(mixed), np.linalg.norm(image)))
    True

    Reference: Kingma & Dhariwal, Glow, https://arxiv.org/abs/1807.03039
    """

    def __init__(self, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})

    def build(self, input_shape):
        num_channels = input_shape[-1]
        self.identity = np.eye(num_channels, dtype="float32")
        self.below = np.tril(np.ones_like(self.identity), -1)
        self.rotation = self.add_weight(
            shape=(num_channels, num_channels),
            initializer="orthogonal",
            trainable=False,
            name="rotation",
        )
        self.triangles = self.add_weight(
            shape=(num_channels, num_channels),
            initializer="zeros",
            name="triangles",
        )

    def _log_diagonal(self):
        return ops.sum(self.triangles * self.identity, axis=0)

    def _matrix(self):
        lower = self.triangles * self.below + self.identity
        upper = self.triangles * self.below.T
        upper = upper + self.identity * ops.exp(self._log_diagonal())
        return ops.matmul(self.rotation, ops.matmul(lower, upper))

    def call(self, image):
        num_places = image.shape[1] * image.shape[2]
        log_determinant = num_places * ops.sum(self._log_diagonal())
        return (
            ops.matmul(image, self._matrix()),
            log_determinant + ops.zeros_like(image[:, 0, 0, 0]),
        )

    def invert(self, image):
        """What `call` has made the image of; outside of graphs only."""
        matrix = np.asarray(ops.convert_to_numpy(self._matrix()), "float64")
        return ops.matmul(image, np.linalg.inv(matrix).astype("float32"))
