"""MobileFaceNet, the convolutional backbone."""

import keras
from keras import ops

from keras_asd.checks import choose
from keras_asd.layers import Bottleneck
from keras_asd.layers import ConvolutionBlock
from keras_asd.presets import STAGES


@keras.saving.register_keras_serializable(package="keras_asd")
class MobileFaceNet(keras.layers.Layer):
    """MobileFaceNet over a spectrogram image.

    Args:
        stages: `"short"` (released code of Noisy-ArcMix) or `"original"`
            (the MobileFaceNet paper, as in the published STgram-MFN).
        embedding_dim: Integer, length of the embedding. Defaults to `128`.
        width: Float, factor on the number of channels of every stage.
        is_folded: Boolean; see `ConvolutionBlock`.
        has_steep_slopes: Boolean; see `ConvolutionBlock`.
        has_projection: Boolean, whether a dense layer without bias and a
            normalisation follow, as in the encoder of CLP-SCF.

    Input shape: `(batch, frames, mel_bins, channels)`, frames and bins known
    when the layer is built, since the last convolution spans both.
    Output shape: `(batch, embedding_dim)`.

    Raises:
        ValueError: For an unknown stage table or a width that is not
            positive.

    >>> import numpy as np
    >>> tuple(MobileFaceNet(width=0.25)(np.ones((2, 63, 32, 3))).shape)
    (2, 128)

    References: Chen et al., https://arxiv.org/abs/1804.07573; Choi & Choi,
    https://ieeexplore.ieee.org/document/10447764
    """

    def __init__(
        self,
        stages="short",
        embedding_dim=128,
        width=1.0,
        is_folded=False,
        has_steep_slopes=True,
        has_projection=False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        choose(STAGES, stages, "stages")
        if not width > 0:
            raise ValueError(
                f"`width` must be positive. Received: width={width}. "
                "1.0 is the published network."
            )
        self.stages = stages
        self.embedding_dim = embedding_dim
        self.width = width
        self.is_folded = is_folded
        self.has_steep_slopes = has_steep_slopes
        self.has_projection = has_projection

    def build(self, input_shape):
        self.blocks = []
        shape = tuple(input_shape)
        for block in self._make_blocks():
            block.build(shape)
            shape = block.compute_output_shape(shape)
            self.blocks.append(block)
        for block in self._make_last_blocks(shape):
            block.build(shape)
            shape = block.compute_output_shape(shape)
            self.blocks.append(block)
        self.projection = self.projection_norm = None
        if self.has_projection:
            self._build_projection((None, self.embedding_dim))

    def _build_projection(self, shape):
        self.projection = keras.layers.Dense(
            self.embedding_dim,
            use_bias=self.is_folded,
            dtype=self.dtype_policy,
            name="projection",
        )
        self.projection.build(shape)
        if not self.is_folded:
            self.projection_norm = keras.layers.BatchNormalization(
                momentum=0.9,
                epsilon=1e-5,
                dtype=self.dtype_policy,
                name="projection_norm",
            )
            self.projection_norm.build(shape)

    def _channels(self, channels):
        return max(8, round(channels * self.width))

    def _shared(self):
        return {
            "is_folded": self.is_folded,
            "has_steep_slopes": self.has_steep_slopes,
            "dtype": self.dtype_policy,
        }

    def _make_blocks(self):
        shared = self._shared()
        stem = self._channels(64)
        yield ConvolutionBlock(stem, 3, strides=2, **shared)
        yield ConvolutionBlock(stem, 3, is_depthwise=True, **shared)
        for expansion, channels, repeats, strides in STAGES[self.stages]:
            for repeat in range(repeats):
                yield Bottleneck(
                    self._channels(channels),
                    expansion,
                    strides=strides if repeat == 0 else 1,
                    **shared,
                )
        yield ConvolutionBlock(self._channels(512), 1, **shared)

    def _make_last_blocks(self, shape):
        _, frames, mel_bins, channels = shape
        shared = self._shared()
        yield ConvolutionBlock(
            channels,
            (frames, mel_bins),
            is_depthwise=True,
            is_padded=False,
            is_rectified=False,
            **shared,
        )
        yield ConvolutionBlock(
            self.embedding_dim, 1, is_rectified=False, **shared
        )

    def call(self, image, training=None):
        for block in self.blocks:
            image = block(image, training=training)
        embedding = ops.reshape(image, (-1, self.embedding_dim))
        if self.projection is not None:
            embedding = self.projection(embedding)
        if self.projection_norm is not None:
            embedding = self.projection_norm(embedding, training=training)
        return embedding

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.embedding_dim)

    def get_config(self):
        return {
            **super().get_config(),
            "stages": self.stages,
            "embedding_dim": self.embedding_dim,
            "width": self.width,
            "is_folded": self.is_folded,
            "has_steep_slopes": self.has_steep_slopes,
            "has_projection": self.has_projection,
        }
