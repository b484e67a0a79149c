"""Spectrogram branch of the dual-branch network."""

import keras
from keras import ops

from keras_asd.layers import ResidualBlock
from keras_asd.presets import NORM_MOMENTUM

CHANNELS = (16, 32, 64, 128)


@keras.saving.register_keras_serializable(package="keras_asd")
class SpectrogramBranch(keras.layers.Layer):
    """A small residual network and the maximum over all time.

    Every frequency is normalised by itself; a 7 x 7 convolution at stride 2
    and 3 x 3 pooling; four stages of two residual blocks, of which all but
    the first halve both axes; the maximum over time; normalisation and a
    dense layer. Pooling is smaller where less than three rows are left.

    Args:
        branch_dim: Integer, length of the embedding. Defaults to `128`.
        width: Float, factor on the number of channels of every stage.
        has_bias: Boolean, whether convolutions and dense layer add a bias.
        is_affine: Boolean, whether normalisations learn a scale and a shift.
        kernel_l2: Float, weight of the squared kernels in the loss.
        is_folded: Boolean, for inference; see `fold`.

    Input shape: `(batch, frames, bins)`, known when the layer is built.
    Output shape: `(batch, branch_dim)`.

    >>> tuple(SpectrogramBranch(width=0.25)(ops.ones((2, 31, 513))).shape)
    (2, 128)

    Reference: Wilkinghoff & Kurth, https://arxiv.org/abs/2309.15643, sizes
    and order of the released code (as mended in January 2024).
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
        super().__init__(**kwargs)
        self.branch_dim = branch_dim
        self.width = width
        self.has_bias = has_bias
        self.is_affine = is_affine
        self.kernel_l2 = kernel_l2
        self.is_folded = is_folded
        self.input_norm = self._make_norm("input_norm")
        self.stem = keras.layers.Conv2D(
            self._scaled(CHANNELS[0]),
            7,
            strides=2,
            padding="same",
            name="stem",
            **self._settings(),
        )
        self.stem_norm = None if is_folded else self._make_norm("stem_norm")
        self.blocks = list(self._make_blocks())
        self.embedding_norm = (
            None if is_folded else self._make_norm("embedding_norm")
        )
        self.embedding = keras.layers.Dense(
            branch_dim, name="embedding", **self._settings()
        )

    def _scaled(self, channels):
        return max(4, round(channels * self.width))

    def _settings(self):
        return {
            "use_bias": self.has_bias or self.is_folded,
            "kernel_regularizer": keras.regularizers.L2(self.kernel_l2),
            "dtype": self.dtype_policy,
        }

    def _make_norm(self, name):
        return keras.layers.BatchNormalization(
            momentum=NORM_MOMENTUM,
            center=self.is_affine,
            scale=self.is_affine,
            dtype=self.dtype_policy,
            name=name,
        )

    def _make_blocks(self):
        for stage, channels in enumerate(CHANNELS):
            for half in range(2):
                is_first = stage == half == 0
                yield ResidualBlock(
                    self._scaled(channels),
                    strides=2 if stage > 0 and half == 0 else 1,
                    is_input_normalized=not is_first,
                    is_rectified_first=stage == 0 and half == 1,
                    has_bias=self.has_bias,
                    is_affine=self.is_affine,
                    kernel_l2=self.kernel_l2,
                    is_folded=self.is_folded,
                    dtype=self.dtype_policy,
                    name=f"block_{stage}_{half}",
                )

    def build(self, input_shape):
        self.input_norm.build(input_shape)
        shape = (*input_shape, 1)
        self.stem.build(shape)
        shape = self.stem.compute_output_shape(shape)
        if self.stem_norm is not None:
            self.stem_norm.build(shape)
        self.pooling = keras.layers.MaxPooling2D(
            [min(3, size) for size in shape[1:3]],
            strides=2,
            dtype=self.dtype_policy,
            name="pooling",
        )
        shape = self.pooling.compute_output_shape(shape)
        for block in self.blocks:
            block.build(shape)
            shape = block.compute_output_shape(shape)
        shape = (None, shape[2] * shape[3])
        if self.embedding_norm is not None:
            self.embedding_norm.build(shape)
        self.embedding.build(shape)

    def call(self, spectrogram, training=None):
        image = self.input_norm(spectrogram, training=training)[..., None]
        image = self.stem(image)
        if self.stem_norm is not None:
            image = self.stem_norm(image, training=training)
        image = self.pooling(ops.relu(image))
        for block in self.blocks:
            image = block(image, training=training)
        peaks = ops.max(image, axis=1)
        peaks = ops.reshape(peaks, (-1, peaks.shape[1] * peaks.shape[2]))
        if self.embedding_norm is not None:
            peaks = self.embedding_norm(peaks, training=training)
        return self.embedding(peaks)

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
