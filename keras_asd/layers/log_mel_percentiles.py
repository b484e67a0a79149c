"""Percentiles of a log-Mel spectrogram over time, band by band."""

import keras
import numpy as np
from keras import ops

from keras_asd.checks import check_choice
from keras_asd.layers.log_mel_statistics import LEVELS
from keras_asd.layers.log_mel_statistics import known_frames


@keras.saving.register_keras_serializable(package="keras_asd")
class LogMelPercentiles(keras.layers.Layer):
    """Percentiles over time, of every band.

    They tell a steady band from one with rare events or rare pauses, which
    mean and deviation do not. Nothing is trained. Always computed in float32.

    Args:
        percentiles: Floats in `[0, 100]`, interpolated linearly between frames.
        level: `"removed"` subtracts the mean over all bands and frames, so
            that loudness does not matter; `"kept"` does not.

    Input shape: `(batch, frames, mel_bins)` in dB, `frames` known.
    Output shape: `(batch, mel_bins * percentiles)`, band by band.

    Raises:
        ValueError: For an unknown level, no percentile or one out of range,
            or an unknown number of frames.

    >>> layer = LogMelPercentiles([50], level="kept")
    >>> np.array(layer(np.array([[[1.0], [9.0], [3.0]]]))).tolist()
    [[3.0]]
    """

    def __init__(self, percentiles=(5, 50, 95), level="removed", **kwargs):
        super().__init__(**{"dtype": "float32", "trainable": False, **kwargs})
        check_choice("level", level, LEVELS)
        self.percentiles = tuple(percentiles)
        if not self.percentiles or not all(
            0 <= value <= 100 for value in self.percentiles
        ):
            raise ValueError(
                "`percentiles` must be one or more numbers in [0, 100]. "
                f"Received: percentiles={self.percentiles}."
            )
        self.level = level

    def call(self, log_mel):
        frames = known_frames(log_mel)
        if self.level == "removed":
            log_mel = log_mel - ops.mean(log_mel, axis=(1, 2), keepdims=True)
        courses = ops.sort(ops.transpose(log_mel, (0, 2, 1)), axis=-1)
        found = ops.matmul(courses, self._weights(frames))
        width = log_mel.shape[-1] * len(self.percentiles)
        return ops.reshape(found, (-1, width))

    def _weights(self, frames):
        """Share of each sorted frame in each percentile."""
        positions = np.array(self.percentiles) / 100 * (frames - 1)
        distance = np.abs(np.arange(frames)[:, None] - positions)
        return np.maximum(1.0 - distance, 0.0).astype("float32")

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[-1] * len(self.percentiles))

    def get_config(self):
        return {
            **super().get_config(),
            "percentiles": self.percentiles,
            "level": self.level,
        }
