"""Log-Mel spectrogram of a waveform, clip by clip."""

import math

import keras
import numpy as np
from keras import ops

from keras_asd.checks import choose
from keras_asd.layers.mel_filters import mel_edges
from keras_asd.layers.mel_filters import mel_filters
from keras_asd.layers.power_spectrum import check_transform
from keras_asd.layers.power_spectrum import hann_window
from keras_asd.layers.power_spectrum import power_spectrogram
from keras_asd.presets import FRONT_ENDS


@keras.saving.register_keras_serializable(package="keras_asd")
class LogMelSpectrogram(keras.layers.Layer):
    """Power on a Mel scale, in decibels, centred frames.

    Unlike `keras.layers.MelSpectrogram`, a clip's result does not depend on
    the other clips of its batch. Always computed in float32.

    Args:
        preset: `"code"` (released code of Noisy-ArcMix: frames of 2048,
            Slaney's scale and areas, zeros beyond the clip) or `"paper"`
            (the STgram-MFN front-end: frames of 1024, HTK's scale,
            reflection).
        sampling_rate: Integer, Hz. Defaults to `16000`.
        num_mel_bins: Integer, number of bands. Defaults to `128`.
        min_freq: Float, Hz, lower edge of the first band.
        max_freq: Float, Hz, upper edge of the last band. Defaults to half
            the sampling rate.
        frame_length: Integer, samples; the preset's if `None`.
        frame_step: Integer, samples; the preset's if `None`.
        transform: `"fft"`, or `"matrix"` for exports without transforms; see
            `power_spectrum`.

    Input shape: `(batch, samples)`, in `[-1, 1]`.
    Output shape: `(batch, 1 + samples // frame_step, num_mel_bins)`, in dB.

    Raises:
        ValueError: For an unknown preset or transform, frequencies out of
            order, or a waveform that is too short to be reflected.

    >>> tuple(LogMelSpectrogram()(ops.ones((2, 16000))).shape)
    (2, 32, 128)

    Reference: Choi & Choi, https://ieeexplore.ieee.org/document/10447764
    """

    def __init__(
        self,
        preset="code",
        sampling_rate=16_000,
        num_mel_bins=128,
        min_freq=0.0,
        max_freq=None,
        frame_length=None,
        frame_step=None,
        transform="fft",
        **kwargs,
    ):
        super().__init__(**{"dtype": "float32", "trainable": False, **kwargs})
        check_transform(transform)
        self.transform = transform
        self.front_end = choose(FRONT_ENDS, preset, "preset")
        self.preset = preset
        self.sampling_rate = sampling_rate
        self.num_mel_bins = num_mel_bins
        self.min_freq = min_freq
        self.max_freq = sampling_rate / 2 if max_freq is None else max_freq
        self.frame_length = frame_length or self.front_end.frame_length
        self.frame_step = frame_step or self.front_end.frame_step
        if not 0 <= self.min_freq < self.max_freq <= sampling_rate / 2:
            raise ValueError(
                "`min_freq` and `max_freq` must satisfy 0 <= min_freq < "
                "max_freq <= sampling_rate / 2. Received: "
                f"min_freq={min_freq}, max_freq={max_freq}, "
                f"sampling_rate={sampling_rate}."
            )
        self.window = hann_window(self.frame_length)
        self.filters = mel_filters(
            num_mel_bins,
            self.frame_length,
            sampling_rate,
            self.min_freq,
            self.max_freq,
            self.front_end.mel_scale,
            self.front_end.is_area_normalized,
        ).astype("float32")

    def build(self, input_shape):
        self._check_length(input_shape[-1])

    def _check_length(self, samples):
        least = self.frame_length // 2 + 1
        is_reflected = self.front_end.padding == "reflect"
        if is_reflected and samples is not None and samples < least:
            raise ValueError(
                f"`waveform` must have at least {least} samples for "
                f"preset={self.preset!r}, which reflects half a frame of "
                f"{self.frame_length}. Received: {samples} samples. Take a "
                'shorter `frame_length`, or `preset="code"`.'
            )

    def call(self, waveform):
        self._check_length(waveform.shape[-1])
        half = self.frame_length // 2
        padded = ops.pad(
            waveform, [[0, 0], [half, half]], mode=self.front_end.padding
        )
        power = power_spectrogram(
            padded, self.window, self.frame_step, self.transform
        )
        mel = ops.matmul(power, ops.convert_to_tensor(self.filters))
        if self.front_end.is_floor_added:
            mel = mel + self.front_end.floor
        else:
            mel = ops.maximum(mel, self.front_end.floor)
        return ops.log(mel) * (10.0 / math.log(10.0))

    def compute_output_shape(self, input_shape):
        batch, samples = input_shape
        frames = None if samples is None else 1 + samples // self.frame_step
        return (batch, frames, self.num_mel_bins)

    def axes(self, samples):
        """What the axes of a clip's log-Mel count: labels and values."""
        frames = np.arange(1 + samples // self.frame_step)
        edges = mel_edges(
            self.num_mel_bins,
            self.min_freq,
            self.max_freq,
            self.front_end.mel_scale,
        )
        return (
            ("time, s", frames * self.frame_step / self.sampling_rate),
            ("frequency, Hz", edges[1:-1]),
        )

    def get_config(self):
        return {
            **super().get_config(),
            "preset": self.preset,
            "sampling_rate": self.sampling_rate,
            "num_mel_bins": self.num_mel_bins,
            "min_freq": self.min_freq,
            "max_freq": self.max_freq,
            "frame_length": self.frame_length,
            "frame_step": self.frame_step,
            "transform": self.transform,
        }
