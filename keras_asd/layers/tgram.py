"""Spectrogram-like features learned from the waveform."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_asd")
class Tgram(keras.layers.Layer):
    """Learned frames of the waveform, and three small convolutions on them.

    A filter bank of `frame_length` samples every `frame_step` samples, then
    three times: normalisation over time (channel by channel), leaky
    rectification, and a convolution over three frames. No biases.

    Args:
        filters: Integer, number of learned filters. Defaults to `128`.
        frame_length: Integer, samples; a multiple of twice
            `frame_step`.
        frame_step: Integer, samples from one frame to the next.
        num_encoders: Integer, number of small convolutions.

    Input shape: `(batch, samples)`.
    Output shape: `(batch, 1 + samples // frame_step, filters)`.

    Raises:
        ValueError: If `frame_length` is not a multiple of twice `frame_step`.
        NotImplementedError: On the torch backend.

    >>> tuple(Tgram(filters=8)(ops.ones((2, 16000))).shape)
    (2, 32, 8)

    Reference: Liu et al., STgram-MFN, https://arxiv.org/abs/2201.05510
    """

    def __init__(
        self,
        filters=128,
        frame_length=1024,
        frame_step=512,
        num_encoders=3,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if frame_length % (2 * frame_step):
            raise ValueError(
                "`frame_length` must be a multiple of twice `frame_step`. "
                f"Received: frame_length={frame_length}, "
                f"frame_step={frame_step}."
            )
        if keras.backend.backend() == "torch":
            raise NotImplementedError(
                "`Tgram` normalises over time, which Keras cannot do on every "
                "backend. Received: the backend 'torch', whose "
                "`LayerNormalization` takes last axes alone. Set KERAS_BACKEND "
                "to tensorflow or jax, or leave 'tgram' out of `channels`."
            )
        self.filters = filters
        self.frame_length = frame_length
        self.frame_step = frame_step
        self.num_encoders = num_encoders
        self.norms = [
            keras.layers.LayerNormalization(
                axis=1, epsilon=1e-5, dtype=self.dtype_policy, name=f"norm_{i}"
            )
            for i in range(num_encoders)
        ]
        self.convolutions = [
            keras.layers.Conv1D(
                filters,
                3,
                padding="same",
                use_bias=False,
                kernel_initializer=self._make_initializer(),
                dtype=self.dtype_policy,
                name=f"convolution_{i}",
            )
            for i in range(num_encoders)
        ]

    def _make_initializer(self):
        """PyTorch's default: uniform within `1 / sqrt(fan_in)`.

        One for each weight, since an initializer that is called twice draws
        the same values twice.
        """
        return keras.initializers.VarianceScaling(
            scale=1 / 3, mode="fan_in", distribution="uniform"
        )

    def build(self, input_shape):
        self.kernel = self.add_weight(
            shape=(self.frame_length, self.filters),
            initializer=self._make_initializer(),
            name="kernel",
        )
        shape = self.compute_output_shape(input_shape)
        for norm, convolution in zip(
            self.norms, self.convolutions, strict=True
        ):
            norm.build(shape)
            convolution.build(shape)

    def call(self, waveform):
        features = ops.matmul(self._frames(waveform), self.kernel)
        for norm, convolution in zip(
            self.norms, self.convolutions, strict=True
        ):
            features = ops.leaky_relu(norm(features), negative_slope=0.2)
            features = convolution(features)
        return features

    def _frames(self, waveform):
        """Overlapping frames by joining blocks of `frame_step` samples."""
        samples = waveform.shape[1]
        num_frames = 1 + samples // self.frame_step
        overlap = self.frame_length // self.frame_step
        num_blocks = num_frames + overlap - 1
        before = self.frame_length // 2
        after = num_blocks * self.frame_step - before - samples
        padded = ops.pad(waveform, [[0, 0], [before, max(after, 0)]])
        padded = padded[:, : num_blocks * self.frame_step]
        blocks = ops.reshape(padded, (-1, num_blocks, self.frame_step))
        return ops.concatenate(
            [blocks[:, i : i + num_frames] for i in range(overlap)], axis=-1
        )

    def compute_output_shape(self, input_shape):
        batch, samples = input_shape
        return (batch, 1 + samples // self.frame_step, self.filters)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "frame_length": self.frame_length,
            "frame_step": self.frame_step,
            "num_encoders": self.num_encoders,
        }
