"""Lines in the spectrum of a sound's envelope, as rotating damage makes."""

import math

import keras
import numpy as np
from keras import ops

from keras_asd.layers.log_mel_statistics import LOWEST_MODULATION_HZ
from keras_asd.layers.log_mel_statistics import known_frames
from keras_asd.layers.power_spectrum import check_transform
from keras_asd.layers.power_spectrum import hann_window
from keras_asd.layers.power_spectrum import power_spectrum

# The floor is measured at places this far apart, over a third of an octave to
# either side and some bins at least.
FLOOR_OCTAVES = 0.5
REACH = 2.0 ** (1 / 3)
LEAST_FLOOR_BINS = 9
# Power of a course that does not move but for rounding.
LEAST_POWER = 1e-3
# Factors that every transform's length has; a prime length would be slow.
LENGTH_UNIT = 64


@keras.saving.register_keras_serializable(package="keras_asd")
class EnvelopeLines(keras.layers.Layer):
    """How far the envelope's spectrum rises over its floor, in dB.

    A bearing, a gear or a fan with a fault swells at the rate of its turns and
    their multiples: narrow lines in the spectrum of the amplitude of a band,
    each for a long transform of the whole clip. The spectrum is put over its
    own floor, the geometric mean around it, averaged over groups of
    neighbouring bands, and the largest within each cell of equal ratio is
    kept. Nothing is trained. Always computed in float32.

    Args:
        frame_rate: Float, frames of the spectrogram per second. The cells
            reach from 1 Hz to half of it.
        num_groups: Integer, groups of bands, equally many in each.
        cells_per_octave: Integer, cells of an octave of modulation.
        transform: `"fft"`, or `"matrix"` for exports without transforms; see
            `power_spectrum`.

    Input shape: `(batch, frames, mel_bins)` in dB, `frames` known.
    Output shape: `(batch, num_groups * num_cells)`, group by group.

    Raises:
        ValueError: For an unknown transform, a frame rate too low, bands that
            cannot be grouped, or an unknown number of frames.

    >>> layer = EnvelopeLines(frame_rate=500.0, num_groups=1)
    >>> seconds = np.arange(2000)[None, :, None] / 500
    >>> swell = 10 * np.log10(1.1 + np.sin(2 * np.pi * 50 * seconds))
    >>> lines = np.array(layer(swell))[0]
    >>> round(float(layer.cell_hz[lines.argmax()]))
    50
    """

    def __init__(
        self,
        frame_rate,
        num_groups=4,
        cells_per_octave=36,
        transform="fft",
        **kwargs,
    ):
        super().__init__(**{"dtype": "float32", "trainable": False, **kwargs})
        check_transform(transform)
        if not frame_rate / 2 > 2 * LOWEST_MODULATION_HZ:
            raise ValueError(
                "`frame_rate` must be above 4 frames per second, so that "
                "there is an octave of modulation. Received: "
                f"frame_rate={frame_rate}."
            )
        self.frame_rate = frame_rate
        self.num_groups = num_groups
        self.cells_per_octave = cells_per_octave
        self.transform = transform
        octaves = math.log2(frame_rate / 2 / LOWEST_MODULATION_HZ)
        self.num_cells = max(round(cells_per_octave * octaves), 1)
        self._edges = np.geomspace(
            LOWEST_MODULATION_HZ, frame_rate / 2, self.num_cells + 1
        )

    @property
    def cell_hz(self):
        """Middle of each cell in Hz, `(num_cells,)`."""
        return np.sqrt(self._edges[:-1] * self._edges[1:])

    def build(self, input_shape):
        if input_shape[-1] % self.num_groups:
            raise ValueError(
                "The bands must divide into `num_groups`. Received: "
                f"{input_shape[-1]} bands for num_groups={self.num_groups}."
            )

    def call(self, log_mel):
        frames = known_frames(log_mel)
        if frames > LENGTH_UNIT:
            frames -= frames % LENGTH_UNIT
        amplitude = ops.exp(log_mel[:, :frames] * (math.log(10.0) / 20.0))
        mean = ops.mean(amplitude, axis=1, keepdims=True)
        course = ops.transpose(amplitude / mean - 1.0, (0, 2, 1))
        power = power_spectrum(course * hann_window(frames), self.transform)
        level = ops.log(power + LEAST_POWER)
        measured, interpolated = self._floor(frames)
        level = level - ops.matmul(ops.matmul(level, measured), interpolated)
        shape = (-1, self.num_groups, log_mel.shape[-1] // self.num_groups)
        rise = ops.reshape(ops.exp(level), (*shape, level.shape[-1]))
        rise = ops.take(ops.mean(rise, axis=2), self._bins(frames), axis=-1)
        lines = ops.log(ops.max(rise, axis=-1)) * (10.0 / math.log(10.0))
        return ops.reshape(lines, (-1, self.num_groups * self.num_cells))

    def _floor(self, frames):
        """From bins to the places of the floor, and from these to all bins."""
        num_bins = frames // 2 + 1
        hz = np.arange(num_bins) * self.frame_rate / frames
        octaves = math.log2(self._edges[-1] / self._edges[0])
        count = max(round(octaves / FLOOR_OCTAVES), 1) + 1
        places = np.geomspace(self._edges[0], self._edges[-1], count)
        measured = np.zeros((num_bins, count))
        for index, place in enumerate(places):
            low, high = np.searchsorted(hz, [place / REACH, place * REACH])
            missing = max(LEAST_FLOOR_BINS - (high - low), 0)
            low = max(low - (missing + 1) // 2, 1)
            high = min(high + (missing + 1) // 2, num_bins)
            measured[low:high, index] = 1.0 / max(high - low, 1)
        positions = np.log(np.maximum(hz, places[0]) / places[0])
        positions = positions / np.log(places[1] / places[0])
        distance = np.abs(np.arange(count)[:, None] - positions)
        interpolated = np.maximum(1.0 - distance, 0.0)
        return measured.astype("float32"), interpolated.astype("float32")

    def _bins(self, frames):
        """Bins of each cell, the last repeated, `(num_cells, width)`."""
        limits = np.floor(self._edges * frames / self.frame_rate + 0.5)
        first = np.clip(limits[:-1].astype(int), 1, frames // 2)
        last = np.clip(limits[1:].astype(int) - 1, first, frames // 2)
        width = int(np.max(last - first)) + 1
        bins = np.minimum(first[:, None] + np.arange(width), last[:, None])
        return bins.astype("int32")

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.num_groups * self.num_cells)

    def get_config(self):
        return {
            **super().get_config(),
            "frame_rate": self.frame_rate,
            "num_groups": self.num_groups,
            "cells_per_octave": self.cells_per_octave,
            "transform": self.transform,
        }
