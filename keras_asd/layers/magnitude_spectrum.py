"""Magnitude spectrum of a whole clip."""

import keras
import numpy as np
from keras import ops

from keras_asd.layers.power_spectrum import check_transform
from keras_asd.layers.power_spectrum import power_spectrum

# Keeps the gradient of a magnitude finite where the power is zero.
LEAST_POWER = 1e-24


@keras.saving.register_keras_serializable(package="keras_asd")
class MagnitudeSpectrum(keras.layers.Layer):
    """Magnitude of the Fourier transform of the whole clip.

    The highest bin of an even number of samples, at half the sampling rate,
    is left out. No window, no scaling. Always computed in float32: a loud
    tone of 10 s has a magnitude beyond the range of float16.

    Args:
        sampling_rate: Integer, Hz. Defaults to `16000`.
        transform: `"fft"`, or `"matrix"` for exports without transforms; see
            `power_spectrum`.

    Input shape: `(batch, samples)`, in `[-1, 1]`.
    Output shape: `(batch, samples // 2)`.

    Raises:
        ValueError: For an unknown transform.

    >>> tuple(MagnitudeSpectrum()(ops.ones((2, 16000))).shape)
    (2, 8000)

    Reference: Wilkinghoff & Kurth, https://arxiv.org/abs/2309.15643
    """

    def __init__(self, sampling_rate=16_000, transform="fft", **kwargs):
        super().__init__(**{"dtype": "float32", "trainable": False, **kwargs})
        check_transform(transform)
        self.sampling_rate = sampling_rate
        self.transform = transform

    def call(self, waveform):
        power = power_spectrum(waveform, self.transform)
        power = power[:, : waveform.shape[-1] // 2]
        return ops.sqrt(ops.maximum(power, LEAST_POWER))

    def compute_output_shape(self, input_shape):
        batch, samples = input_shape
        return (batch, None if samples is None else samples // 2)

    def axes(self, samples):
        """What the axis of a clip's spectrum counts: label and values."""
        hz = np.arange(samples // 2) * self.sampling_rate / samples
        return (("frequency, Hz", hz),)

    def get_config(self):
        return {
            **super().get_config(),
            "sampling_rate": self.sampling_rate,
            "transform": self.transform,
        }
