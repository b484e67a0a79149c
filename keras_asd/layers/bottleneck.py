"""Inverted residual block of MobileFaceNet."""

import keras

from keras_asd.layers.convolution_block import ConvolutionBlock


@keras.saving.register_keras_serializable(package="keras_asd")
class Bottleneck(keras.layers.Layer):
    """Widens, filters each channel, and narrows again.

    A skip connection joins input and output where their shapes agree: at
    stride 1 with as many output as input channels.

    Args:
        filters: Integer, number of output channels.
        expansion: Integer, how many times wider the block is than its input.
        strides: Integer. Defaults to `1`.
        is_folded: Boolean; see `ConvolutionBlock`.
        has_steep_slopes: Boolean; see `ConvolutionBlock`.

    Input shape: `(batch, frames, mel_bins, channels)`.
    Output shape: `(batch, new_frames, new_mel_bins, filters)`.

    >>> import numpy as np
    >>> tuple(Bottleneck(8, 2, strides=2)(np.ones((1, 9, 8, 4))).shape)
    (1, 5, 4, 8)

    Reference: Chen et al., MobileFaceNets, https://arxiv.org/abs/1804.07573
    """

    def __init__(
        self,
        filters,
        expansion,
        strides=1,
        is_folded=False,
        has_steep_slopes=True,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.filters = filters
        self.expansion = expansion
        self.strides = strides
        self.is_folded = is_folded
        self.has_steep_slopes = has_steep_slopes

    def build(self, input_shape):
        channels = input_shape[-1]
        wide = channels * self.expansion
        self.is_residual = self.strides == 1 and channels == self.filters
        shared = {
            "is_folded": self.is_folded,
            "has_steep_slopes": self.has_steep_slopes,
            "dtype": self.dtype_policy,
        }
        self.blocks = [
            ConvolutionBlock(wide, 1, name="widen", **shared),
            ConvolutionBlock(
                wide,
                3,
                strides=self.strides,
                is_depthwise=True,
                name="filter",
                **shared,
            ),
            ConvolutionBlock(
                self.filters,
                1,
                is_rectified=False,
                name="narrow",
                **shared,
            ),
        ]
        shape = input_shape
        for block in self.blocks:
            block.build(shape)
            shape = block.compute_output_shape(shape)

    def call(self, inputs, training=None):
        outputs = inputs
        for block in self.blocks:
            outputs = block(outputs, training=training)
        return inputs + outputs if self.is_residual else outputs

    def compute_output_shape(self, input_shape):
        batch, frames, mel_bins, _ = input_shape
        frames, mel_bins = (
            None if size is None else (size - 1) // self.strides + 1
            for size in (frames, mel_bins)
        )
        return (batch, frames, mel_bins, self.filters)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "expansion": self.expansion,
            "strides": self.strides,
            "is_folded": self.is_folded,
            "has_steep_slopes": self.has_steep_slopes,
        }
