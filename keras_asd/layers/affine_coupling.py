"""The affine coupling of a flow."""

import keras
from keras import ops

from keras_asd.checks import check_counts

NUM_CONVOLUTIONS = 3


@keras.saving.register_keras_serializable(package="keras_asd")
class AffineCoupling(keras.layers.Layer):
    """Scales and shifts half of the channels by what the others say.

    The first half stays. Three convolutions (3 x 3, 1 x 1, 3 x 3) make of it
    a shift and a scale `sigmoid(h + 2)` for every value of the second half,
    which becomes `(value + shift) * scale`: whatever the convolutions are, it
    can be undone. The last convolution is zero at first. The convolutions
    have the layer's dtype policy, all else is float32.

    Args:
        width: Integer, channels of the two inner convolutions.

    Input shape: `(batch, frames, mel_bins, channels)`, known but for the
    batch, at least two channels.
    Output shape: the same, and the log-determinant of the Jacobian `(batch,)`.

    Raises:
        ValueError: For a width that is not positive, or a single channel.

    >>> import numpy as np
    >>> image, log_determinant = AffineCoupling(8)(np.ones((5, 4, 2, 4)))
    >>> [round(float(value), 2) for value in image[0, 0, 0]]
    [1.0, 1.0, 0.88, 0.88]

    Reference: Kingma & Dhariwal, Glow, https://arxiv.org/abs/1807.03039, its
    code for the scale.
    """

    def __init__(self, width=128, **kwargs):
        super().__init__(autocast=False, **kwargs)
        check_counts(width=width)
        self.width = width

    def build(self, input_shape):
        num_channels = input_shape[-1]
        if num_channels < 2:
            raise ValueError(
                "A coupling needs at least two channels. Received: shape "
                f"{tuple(input_shape)}. Squeeze the image first."
            )
        self.num_kept = num_channels // 2
        filters = (self.width, self.width, 2 * (num_channels - self.num_kept))
        self.convolutions = [
            keras.layers.Conv2D(
                filters[index],
                1 if index == 1 else 3,
                padding="same",
                activation="linear" if index == 2 else "relu",
                kernel_initializer="zeros" if index == 2 else "he_normal",
                dtype=self.dtype_policy,
                name=f"convolution_{index}",
            )
            for index in range(NUM_CONVOLUTIONS)
        ]
        shape = (*input_shape[:-1], self.num_kept)
        for convolution in self.convolutions:
            convolution.build(shape)
            shape = convolution.compute_output_shape(shape)

    def _shift_and_slant(self, kept):
        """The shift, and what the sigmoid is taken of."""
        values = ops.cast(kept, self.compute_dtype)
        for convolution in self.convolutions:
            values = convolution(values)
        shift, slant = ops.split(ops.cast(values, "float32"), 2, axis=-1)
        return shift, slant + 2.0

    def call(self, image):
        image = ops.cast(image, "float32")
        kept = image[..., : self.num_kept]
        shift, slant = self._shift_and_slant(kept)
        moved = (image[..., self.num_kept :] + shift) * ops.sigmoid(slant)
        # The logarithm of the sigmoid.
        log_scale = -ops.softplus(-slant)
        return (
            ops.concatenate([kept, moved], axis=-1),
            ops.sum(log_scale, axis=(1, 2, 3)),
        )

    def invert(self, image):
        """What `call` has made the image of."""
        kept = image[..., : self.num_kept]
        shift, slant = self._shift_and_slant(kept)
        moved = image[..., self.num_kept :] / ops.sigmoid(slant) - shift
        return ops.concatenate([kept, moved], axis=-1)

    def get_config(self):
        return {**super().get_config(), "width": self.width}
