"""Convolution, batch normalisation and rectification as one layer."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_asd")
class ConvolutionBlock(keras.layers.Layer):
    """Bias-free 2-D convolution, batch normalisation, optional PReLU.

    Even at stride 2 the padding is `kernel_size // 2` on both sides, as in
    the published networks (Keras's `"same"` pads one side only).

    Args:
        filters: Integer, number of output channels.
        kernel_size: Integer or pair `(frames, mel_bins)`.
        strides: Integer. Defaults to `1`.
        is_depthwise: Boolean, one filter for each channel; then `filters`
            must equal the number of input channels.
        is_padded: Boolean, whether the borders are padded with zeros.
        is_rectified: Boolean, whether a PReLU with one slope for each
            channel follows.
        is_folded: Boolean, whether the convolution adds a bias in place of
            the normalisation; see `keras_asd.models.fold`.
        has_steep_slopes: Boolean, whether a slope may exceed one. Where none
            does, `max(x, slope * x)` is the same and faster.

    Input shape: `(batch, frames, mel_bins, channels)`.
    Output shape: `(batch, new_frames, new_mel_bins, filters)`.

    >>> import numpy as np
    >>> tuple(ConvolutionBlock(8, 3, strides=2)(np.ones((1, 9, 8, 3))).shape)
    (1, 5, 4, 8)

    Reference: Chen et al., MobileFaceNets, https://arxiv.org/abs/1804.07573
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        is_depthwise=False,
        is_padded=True,
        is_rectified=True,
        is_folded=False,
        has_steep_slopes=True,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if isinstance(kernel_size, int):
            kernel_size = (kernel_size, kernel_size)
        self.filters = filters
        self.kernel_size = tuple(kernel_size)
        self.strides = strides
        self.is_depthwise = is_depthwise
        self.is_padded = is_padded
        self.is_rectified = is_rectified
        self.is_folded = is_folded
        self.has_steep_slopes = has_steep_slopes
        policy = self.dtype_policy
        border = tuple(size // 2 for size in self.kernel_size)
        needs_padding = is_padded and any(border)
        is_same = needs_padding and strides == 1
        self.padding = (
            keras.layers.ZeroPadding2D(border, dtype=policy, name="padding")
            if needs_padding and not is_same
            else None
        )
        shared = {
            "kernel_size": self.kernel_size,
            "strides": strides,
            "padding": "same" if is_same else "valid",
            "use_bias": is_folded,
            "dtype": policy,
            "name": "convolution",
        }
        # Standard deviation sqrt(2 / (area * output channels)), also where
        # the kernel is depthwise.
        initializer = keras.initializers.VarianceScaling(
            scale=2.0,
            mode="fan_in" if is_depthwise else "fan_out",
            distribution="untruncated_normal",
        )
        self.convolution = (
            keras.layers.DepthwiseConv2D(
                depthwise_initializer=initializer, **shared
            )
            if is_depthwise
            else keras.layers.Conv2D(
                filters, kernel_initializer=initializer, **shared
            )
        )
        self.norm = (
            None
            if is_folded
            else keras.layers.BatchNormalization(
                momentum=0.9, epsilon=1e-5, dtype=policy, name="norm"
            )
        )
        self.rectifier = (
            keras.layers.PReLU(
                alpha_initializer=keras.initializers.Constant(0.25),
                shared_axes=[1, 2],
                dtype=policy,
                name="rectifier",
            )
            if is_rectified
            else None
        )

    def build(self, input_shape):
        if self.is_depthwise and input_shape[-1] != self.filters:
            raise ValueError(
                "`filters` must equal the number of input channels where "
                f"`is_depthwise`. Received: filters={self.filters}, "
                f"input_shape={tuple(input_shape)}."
            )
        shape = input_shape
        if self.padding is not None:
            shape = self.padding.compute_output_shape(shape)
        self.convolution.build(shape)
        shape = self.convolution.compute_output_shape(shape)
        if self.norm is not None:
            self.norm.build(shape)
        if self.rectifier is not None:
            self.rectifier.build(shape)

    def call(self, inputs, training=None):
        if self.padding is not None:
            inputs = self.padding(inputs)
        outputs = self.convolution(inputs)
        if self.norm is not None:
            outputs = self.norm(outputs, training=training)
        if self.rectifier is None:
            return outputs
        if self.has_steep_slopes:
            return self.rectifier(outputs)
        slopes = ops.cast(self.rectifier.alpha, self.compute_dtype)
        return ops.maximum(outputs, slopes * outputs)

    def compute_output_shape(self, input_shape):
        if self.padding is not None:
            input_shape = self.padding.compute_output_shape(input_shape)
        return self.convolution.compute_output_shape(input_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "is_depthwise": self.is_depthwise,
            "is_padded": self.is_padded,
            "is_rectified": self.is_rectified,
            "is_folded": self.is_folded,
            "has_steep_slopes": self.has_steep_slopes,
        }
