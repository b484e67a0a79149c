"""Residual block on a normalised input."""

import keras
from keras import ops

from keras_asd.presets import NORM_MOMENTUM


@keras.saving.register_keras_serializable(package="keras_asd")
class ResidualBlock(keras.layers.Layer):
    """Two 3 x 3 convolutions around which the normalised input is led.

    The input is normalised; what is added to it is rectification,
    convolution, normalisation, rectification, convolution of it. Where the
    stride is not 1 or the number of channels changes, the way around is
    maximum pooling and a 1 x 1 convolution.

    Args:
        filters: Integer, number of output channels.
        strides: Integer. Defaults to `1`.
        is_input_normalized: Boolean. The released code's first block is not.
        is_rectified_first: Boolean, whether between the convolutions the
            rectification comes before the normalisation, as in the released
            code's second block.
        has_bias: Boolean, whether the convolutions add a bias.
        is_affine: Boolean, whether normalisations learn a scale and a shift.
        kernel_l2: Float, weight of the squared kernels in the loss.
        is_folded: Boolean, whether the first convolution adds a bias in
            place of the normalisation right behind it; one behind a
            rectification stays. See `keras_asd.models.fold`.

    Input shape: `(batch, frames, bins, channels)`.
    Output shape: `(batch, new_frames, new_bins, filters)`.

    >>> import numpy as np
    >>> tuple(ResidualBlock(8, strides=2)(np.ones((1, 9, 8, 4))).shape)
    (1, 5, 4, 8)

    Reference: Wilkinghoff, https://arxiv.org/abs/2309.15643, as in the
    released code.
    """

    def __init__(
        self,
        filters,
        strides=1,
        is_input_normalized=True,
        is_rectified_first=False,
        has_bias=False,
        is_affine=True,
        kernel_l2=0.0,
        is_folded=False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.filters = filters
        self.strides = strides
        self.is_input_normalized = is_input_normalized
        self.is_rectified_first = is_rectified_first
        self.has_bias = has_bias
        self.is_affine = is_affine
        self.kernel_l2 = kernel_l2
        self.is_folded = is_folded
        is_norm_folded = is_folded and not is_rectified_first
        self.input_norm = (
            self._make_norm("input_norm") if is_input_normalized else None
        )
        self.first = self._make_convolution(
            3, "first", strides, has_bias or is_norm_folded
        )
        self.norm = None if is_norm_folded else self._make_norm("norm")
        self.second = self._make_convolution(3, "second", 1, has_bias)

    def _make_norm(self, name):
        return keras.layers.BatchNormalization(
            momentum=NORM_MOMENTUM,
            center=self.is_affine,
            scale=self.is_affine,
            dtype=self.dtype_policy,
            name=name,
        )

    def _make_convolution(self, size, name, strides, has_bias):
        return keras.layers.Conv2D(
            self.filters,
            size,
            strides=strides,
            padding="same",
            use_bias=has_bias,
            kernel_regularizer=keras.regularizers.L2(self.kernel_l2),
            dtype=self.dtype_policy,
            name=name,
        )

    def build(self, input_shape):
        shape = tuple(input_shape)
        is_reshaped = self.strides != 1 or shape[-1] != self.filters
        self.pooling = self.shortcut = None
        if is_reshaped:
            self.pooling = keras.layers.MaxPooling2D(
                self.strides,
                padding="same",
                dtype=self.dtype_policy,
                name="pooling",
            )
            self.shortcut = self._make_convolution(
                1, "shortcut", 1, self.has_bias
            )
            self.shortcut.build(self.pooling.compute_output_shape(shape))
        if self.input_norm is not None:
            self.input_norm.build(shape)
        self.first.build(shape)
        inner = self.first.compute_output_shape(shape)
        if self.norm is not None:
            self.norm.build(inner)
        self.second.build(inner)

    def call(self, inputs, training=None):
        if self.input_norm is not None:
            inputs = self.input_norm(inputs, training=training)
        outputs = self.first(ops.relu(inputs))
        if self.is_rectified_first:
            outputs = ops.relu(outputs)
        if self.norm is not None:
            outputs = self.norm(outputs, training=training)
        if not self.is_rectified_first:
            outputs = ops.relu(outputs)
        outputs = self.second(outputs)
        if self.pooling is not None and self.shortcut is not None:
            inputs = self.shortcut(self.pooling(inputs))
        return inputs + outputs

    def compute_output_shape(self, input_shape):
        return self.first.compute_output_shape(input_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "strides": self.strides,
            "is_input_normalized": self.is_input_normalized,
            "is_rectified_first": self.is_rectified_first,
            "has_bias": self.has_bias,
            "is_affine": self.is_affine,
            "kernel_l2": self.kernel_l2,
            "is_folded": self.is_folded,
        }
