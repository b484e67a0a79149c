"""Statistics of a log-Mel spectrogram, band by band."""

import keras
import numpy as np
from keras import ops

from keras_asd.checks import check_choice
from keras_asd.layers.power_spectrum import check_transform
from keras_asd.layers.power_spectrum import hann_window
from keras_asd.layers.power_spectrum import power_spectrum

LEVELS = ("removed", "kept")
LOWEST_MODULATION_HZ = 1.0


@keras.saving.register_keras_serializable(package="keras_asd")
class LogMelStatistics(keras.layers.Layer):
    """Mean, spread and modulation spectrum over time, of every band.

    The spread is the standard deviation. The modulation spectrum tells how
    much of the band's movement is how fast: the power of the band's course
    under a Hann window is added up within `num_modulation_bands` bands of
    equal ratio, from 1 Hz to half the frame rate, and enters as `ln(1 + a)`
    of its amplitude `a` in dB. A power within fixed limits in Hz is the same
    for a steady sound of any length. Nothing is trained. Always computed in
    float32.

    Args:
        frame_rate: Float, frames of the spectrogram per second, above 2.
        num_modulation_bands: Integer. 0 leaves the modulation out.
        level: `"removed"` subtracts the mean over all bands and frames from
            the means, so that loudness does not matter; `"kept"` does not.
        transform: `"fft"`, or `"matrix"` for exports without transforms; see
            `power_spectrum`.

    Input shape: `(batch, frames, mel_bins)` in dB, `frames` known.
    Output shape: `(batch, (2 + num_modulation_bands) * mel_bins)`: the means,
    the spreads, then the modulation bands, slowest first.

    Raises:
        ValueError: For an unknown level or transform, a frame rate too low,
            a negative number of bands, or an unknown number of frames.

    >>> layer = LogMelStatistics(frame_rate=62.5, num_modulation_bands=4)
    >>> tuple(layer(ops.ones((2, 100, 32))).shape)
    (2, 192)
    """

    def __init__(
        self,
        frame_rate,
        num_modulation_bands=6,
        level="removed",
        transform="fft",
        **kwargs,
    ):
        super().__init__(**{"dtype": "float32", "trainable": False, **kwargs})
        check_choice("level", level, LEVELS)
        if not frame_rate / 2 > LOWEST_MODULATION_HZ:
            raise ValueError(
                "`frame_rate` must be above 2 frames per second, twice the "
                f"slowest modulation. Received: frame_rate={frame_rate}."
            )
        if num_modulation_bands < 0:
            raise ValueError(
                "`num_modulation_bands` must not be negative. Received: "
                f"num_modulation_bands={num_modulation_bands}."
            )
        check_transform(transform)
        self.frame_rate = frame_rate
        self.num_modulation_bands = num_modulation_bands
        self.level = level
        self.transform = transform

    def call(self, log_mel):
        frames = known_frames(log_mel)
        mean = ops.mean(log_mel, axis=1)
        deviation = log_mel - mean[:, None]
        spread = ops.sqrt(ops.mean(ops.square(deviation), axis=1))
        if self.level == "removed":
            mean = mean - ops.mean(mean, axis=-1, keepdims=True)
        parts = [mean, spread]
        if self.num_modulation_bands:
            parts.append(self._modulation(deviation, frames))
        return ops.concatenate(parts, axis=-1)

    def _modulation(self, deviation, frames):
        window = hann_window(frames)
        energy = np.sum(np.square(window, dtype="float64"))
        scale = 2.0 / max(frames * energy, 1e-9)
        course = ops.transpose(deviation, (0, 2, 1)) * window
        power = power_spectrum(course, self.transform)
        weights = modulation_weights(
            frames, self.frame_rate, self.num_modulation_bands
        )
        power = ops.matmul(power, (scale * weights).astype("float32"))
        # Not `log1p`, which ONNX does not have.
        modulation = ops.log(1.0 + ops.sqrt(power))
        width = deviation.shape[-1] * self.num_modulation_bands
        return ops.reshape(ops.transpose(modulation, (0, 2, 1)), (-1, width))

    def compute_output_shape(self, input_shape):
        batch, _, mel_bins = input_shape
        return (batch, (2 + self.num_modulation_bands) * mel_bins)

    def get_config(self):
        return {
            **super().get_config(),
            "frame_rate": self.frame_rate,
            "num_modulation_bands": self.num_modulation_bands,
            "level": self.level,
            "transform": self.transform,
        }


def known_frames(log_mel) -> int:
    """Number of frames of a spectrogram `(batch, frames, mel_bins)`.

    Raises:
        ValueError: If it is not known.

    >>> known_frames(np.zeros((2, 7, 4)))
    7
    """
    if log_mel.shape[1] is None:
        raise ValueError(
            "The number of frames must be known. Received: log-Mel of "
            f"shape {tuple(log_mel.shape)}. Give the model's input its "
            "number of samples."
        )
    return log_mel.shape[1]


def modulation_weights(
    frames: int, frame_rate: float, num_bands: int
) -> np.ndarray:
    """How much of each bin of a transform over time lies in each band.

    A bin reaches half-way to its neighbours, so that a band narrower than a
    bin gets its share of it.

    Args:
        frames: Length of the transform.
        frame_rate: Frames per second.
        num_bands: Bands of equal ratio from 1 Hz to half of `frame_rate`.

    Returns:
        float64 array `(frames // 2 + 1, num_bands)`, within `[0, 1]`.

    >>> modulation_weights(8, 8.0, 1)[:, 0].tolist()
    [0.0, 0.5, 1.0, 1.0, 0.5]
    """
    edges = np.geomspace(LOWEST_MODULATION_HZ, frame_rate / 2, num_bands + 1)
    centres = np.arange(frames // 2 + 1)[:, None]
    resolution = frame_rate / frames
    low = np.minimum((centres + 0.5) * resolution, edges[None, 1:])
    high = np.maximum((centres - 0.5) * resolution, edges[None, :-1])
    return np.maximum(low - high, 0.0) / resolution
