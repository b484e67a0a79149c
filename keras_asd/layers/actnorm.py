"""The invertible normalisation of a flow."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_asd")
class ActNorm(keras.layers.Layer):
    """Shifts and scales every channel, and can be undone.

    A trained location and log-scale for each channel, both zero at first.
    Unlike Glow's, they are not set from the first batch: what comes in should
    be standardised. Always computed in float32.

    Input shape: `(batch, frames, mel_bins, channels)`, known but for the batch.
    Output shape: the same, and the log-determinant of the Jacobian `(batch,)`.

    >>> import numpy as np
    >>> image, log_determinant = ActNorm()(np.ones((5, 4, 2, 3)))
    >>> tuple(image.shape), tuple(log_determinant.shape)
    ((5, 4, 2, 3), (5,))

    Reference: Kingma & Dhariwal, Glow, https://arxiv.org/abs/1807.03039
    """

    def __init__(self, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})

    def build(self, input_shape):
        self.location, self.log_scale = (
            self.add_weight(
                shape=(input_shape[-1],), initializer="zeros", name=name
            )
            for name in ("location", "log_scale")
        )

    def call(self, image):
        num_places = image.shape[1] * image.shape[2]
        log_determinant = num_places * ops.sum(self.log_scale)
        return (
            (image - self.location) * ops.exp(self.log_scale),
            log_determinant + ops.zeros_like(image[:, 0, 0, 0]),
        )

    def invert(self, image):
        """What `call` has made the image of."""
        return image * ops.exp(-self.log_scale) + self.location
