"""Linear magnitudes of short frames."""

import keras
import numpy as np
from keras import ops

from keras_asd.layers.magnitude_spectrum import LEAST_POWER
from keras_asd.layers.power_spectrum import check_transform
from keras_asd.layers.power_spectrum import hann_window
from keras_asd.layers.power_spectrum import power_spectrogram


@keras.saving.register_keras_serializable(package="keras_asd")
class MagnitudeSpectrogram(keras.layers.Layer):
    """Magnitude of the short-time Fourier transform, every bin, no scaling.

    Periodic Hann window; the first frame starts with the clip, and no frame
    reaches beyond its end. Always computed in float32.

    Args:
        frame_length: Integer, samples, even. Defaults to `1024`.
        sampling_rate: Integer, Hz. Defaults to `16000`.
        transform: `"fft"`, or `"matrix"` for exports without transforms; see
            `power_spectrum`.

    Input shape: `(batch, samples)`, in `[-1, 1]`, at least one frame.
    Output shape: `(batch, 1 + (samples - frame_length) // frame_step,
        frame_length // 2 + 1)`, with a `frame_step` of half a frame.

    Raises:
        ValueError: For an odd or tiny `frame_length`, an unknown transform,
            or a clip shorter than a frame.

    >>> tuple(MagnitudeSpectrogram()(ops.ones((2, 160_000))).shape)
    (2, 311, 513)

    Reference: Wilkinghoff & Kurth, https://arxiv.org/abs/2309.15643
    """

    def __init__(
        self,
        frame_length=1024,
        sampling_rate=16_000,
        transform="fft",
        **kwargs,
    ):
        super().__init__(**{"dtype": "float32", "trainable": False, **kwargs})
        if frame_length < 2 or frame_length % 2:
            raise ValueError(
                "`frame_length` must be even, since frames start half a frame "
                f"apart. Received: frame_length={frame_length}."
            )
        check_transform(transform)
        self.frame_length = frame_length
        self.frame_step = frame_length // 2
        self.sampling_rate = sampling_rate
        self.transform = transform
        self.window = hann_window(frame_length)

    def call(self, waveform):
        self.compute_output_shape(waveform.shape)
        power = power_spectrogram(
            waveform, self.window, self.frame_step, self.transform
        )
        return ops.sqrt(ops.maximum(power, LEAST_POWER))

    def compute_output_shape(self, input_shape):
        batch, samples = input_shape
        num_bins = self.frame_length // 2 + 1
        if samples is None:
            return (batch, None, num_bins)
        if samples < self.frame_length:
            raise ValueError(
                "A clip must have at least one frame of `frame_length` "
                f"samples. Received: frame_length={self.frame_length}, a "
                f"clip of {samples} samples. Choose shorter frames."
            )
        frames = 1 + (samples - self.frame_length) // self.frame_step
        return (batch, frames, num_bins)

    def axes(self, samples):
        """What the axes of a clip's spectrogram count: labels and values."""
        _, frames, num_bins = self.compute_output_shape((None, samples))
        centres = np.arange(frames) * self.frame_step + self.frame_length / 2
        hz = np.arange(num_bins) * self.sampling_rate / self.frame_length
        return (
            ("time, s", centres / self.sampling_rate),
            ("frequency, Hz", hz),
        )

    def get_config(self):
        return {
            **super().get_config(),
            "frame_length": self.frame_length,
            "sampling_rate": self.sampling_rate,
            "transform": self.transform,
        }
