"""Spectrum branch of the dual-branch network."""

import keras
from keras import ops

from keras_asd.presets import NORM_MOMENTUM

# Filters, kernel and stride of each convolution, and units of each layer.
CONVOLUTIONS = ((128, 256, 64), (128, 64, 32), (128, 16, 4))
UNITS = (128, 128, 128, 128)


@keras.saving.register_keras_serializable(package="keras_asd")
class SpectrumBranch(keras.layers.Layer):
    """Three rectified 1-D convolutions and a multilayer perceptron.

    The convolutions are 256, 64 and 16 bins wide, 64, 32 and 4 bins apart,
    with borders of zeros, so that a short spectrum does too. Unless told
    otherwise computed in float32 under any policy: nothing is normalised
    before the first dense layer, and a loud tone exceeds float16.

    Args:
        branch_dim: Integer, length of the embedding. Defaults to `128`.
        width: Float, factor on the number of channels and units.
        has_bias: Boolean, whether convolutions and dense layers add a bias.
        is_affine: Boolean, whether normalisations learn a scale and a shift.
        kernel_l2: Float, weight of the squared kernels in the loss.
        is_folded: Boolean, for inference; see `fold`.

    Input shape: `(batch, bins)`, bins known when the layer is built.
    Output shape: `(batch, branch_dim)`.

    >>> tuple(SpectrumBranch(width=0.25)(ops.ones((2, 8000))).shape)
    (2, 128)

    Reference: Wilkinghoff & Kurth, https://arxiv.org/abs/2309.15643, sizes
    of the released code.
    """

    def __init__(
        self,
        branch_dim=128,
        width=1.0,
        has_bias=False,
        is_affine=True,
        kernel_l2=1e-5,
        is_folded=False,
        **kwargs,
    ):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.branch_dim = branch_dim
        self.width = width
        self.has_bias = has_bias
        self.is_affine = is_affine
        self.kernel_l2 = kernel_l2
        self.is_folded = is_folded
        self.convolutions = [
            keras.layers.Conv1D(
                self._scaled(filters),
                kernel_size,
                strides=strides,
                padding="same",
                activation="relu",
                name=f"convolution_{index}",
                **self._settings(has_bias),
            )
            for index, (filters, kernel_size, strides) in enumerate(
                CONVOLUTIONS
            )
        ]
        self.denses = [
            keras.layers.Dense(
                self._scaled(units),
                name=f"dense_{index}",
                **self._settings(has_bias or is_folded),
            )
            for index, units in enumerate(UNITS)
        ]
        self.norms = [
            keras.layers.BatchNormalization(
                momentum=NORM_MOMENTUM,
                center=is_affine,
                scale=is_affine,
                dtype=self.dtype_policy,
                name=f"norm_{index}",
            )
            for index in range(0 if is_folded else len(UNITS))
        ]
        self.embedding = keras.layers.Dense(
            branch_dim, name="embedding", **self._settings(has_bias)
        )

    def _scaled(self, channels):
        return max(4, round(channels * self.width))

    def _settings(self, has_bias):
        return {
            "use_bias": has_bias,
            "kernel_regularizer": keras.regularizers.L2(self.kernel_l2),
            "dtype": self.dtype_policy,
        }

    def build(self, input_shape):
        shape = (*input_shape, 1)
        for convolution in self.convolutions:
            convolution.build(shape)
            shape = convolution.compute_output_shape(shape)
        shape = (None, shape[1] * shape[2])
        for dense in self.denses:
            dense.build(shape)
            shape = dense.compute_output_shape(shape)
        for norm, dense in zip(self.norms, self.denses, strict=False):
            norm.build((None, dense.units))
        self.embedding.build(shape)

    def call(self, spectrum, training=None):
        outputs = spectrum[..., None]
        for convolution in self.convolutions:
            outputs = convolution(outputs)
        outputs = ops.reshape(
            outputs, (-1, outputs.shape[1] * outputs.shape[2])
        )
        for index, dense in enumerate(self.denses):
            outputs = dense(outputs)
            if not self.is_folded:
                outputs = self.norms[index](outputs, training=training)
            outputs = ops.relu(outputs)
        return self.embedding(outputs)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.branch_dim)

    def get_config(self):
        return {
            **super().get_config(),
            "branch_dim": self.branch_dim,
            "width": self.width,
            "has_bias": self.has_bias,
            "is_affine": self.is_affine,
            "kernel_l2": self.kernel_l2,
            "is_folded": self.is_folded,
        }
