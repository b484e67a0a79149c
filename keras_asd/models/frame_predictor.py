"""Dense network that predicts frames of a spectrogram."""

import keras
from keras import ops

from keras_asd.checks import check_choice
from keras_asd.presets import NORM_MOMENTUM

PREDICTS = ("all", "middle")
# What the network sees is (dB - LEVEL_DB) / SPREAD_DB.
LEVEL_DB = -30.0
SPREAD_DB = 15.0


@keras.saving.register_keras_serializable(package="keras_asd")
class FramePredictor(keras.layers.Layer):
    """What a spectrogram holds less what was predicted, in dB.

    Every window of `num_frames` frames, one beginning at each frame, is a
    vector for the network. It predicts all of the frames, or the middle one,
    which it does not see, from the others. It works in `(dB + 30) / 15`,
    fixed numbers that only condition the training. Each hidden layer is
    dense, normalised over the batch, rectified; the last layer is linear.

    Args:
        num_frames: Integer, odd and at least 3 for `"middle"`.
        predicts: `"all"` or `"middle"`.
        units: Tuple, sizes of the hidden layers.
        has_norm: Whether hidden layers are normalised.

    Input shape: `(batch, frames, mel_bins)` in dB, `frames` known.
    Output shape: `(batch, windows, num_frames, mel_bins)`; one frame a
    window for `"middle"`. Always float32.

    Raises:
        ValueError: For an unknown prediction, or a number of frames that
            does not fit.

    >>> predictor = FramePredictor(5, "middle", units=(8, 2, 8))
    >>> tuple(predictor(ops.zeros((3, 10, 16))).shape)
    (3, 6, 1, 16)
    """

    def __init__(self, num_frames, predicts, units, has_norm=True, **kwargs):
        super().__init__(autocast=False, **kwargs)
        check_choice("predicts", predicts, PREDICTS)
        is_odd = num_frames >= 3 and num_frames % 2
        if num_frames < 1 or (predicts == "middle" and not is_odd):
            raise ValueError(
                "`num_frames` must be at least 1, and odd and at least 3 "
                "where the middle frame is predicted. "
                f"Received: num_frames={num_frames}."
            )
        self.num_frames = num_frames
        self.predicts = predicts
        self.units = tuple(units)
        self.has_norm = has_norm

    def build(self, input_shape):
        frames, mel_bins = input_shape[1:]
        if frames is None or frames < self.num_frames:
            raise ValueError(
                "A clip must have at least `num_frames` frames. Received: "
                f"{frames} frames for num_frames={self.num_frames}. Tile "
                "the clips."
            )
        num_predicted = self.num_frames if self.predicts == "all" else 1
        num_seen = self.num_frames - (self.predicts == "middle")
        self.network = self._make_network(num_predicted * mel_bins)
        self.network.build((None, num_seen * mel_bins))

    def _make_network(self, width):
        policy = self.dtype_policy
        layers = []
        for units in self.units:
            has_bias = not self.has_norm
            layers.append(
                keras.layers.Dense(units, use_bias=has_bias, dtype=policy)
            )
            if self.has_norm:
                layers.append(
                    keras.layers.BatchNormalization(
                        momentum=NORM_MOMENTUM, dtype=policy
                    )
                )
            layers.append(keras.layers.ReLU(dtype=policy))
        layers.append(keras.layers.Dense(width, dtype=policy))
        return keras.Sequential(layers, name="network")

    def call(self, log_mel, training=None):
        _, num_frames, mel_bins = log_mel.shape
        num_windows = 1 + num_frames - self.num_frames
        scaled = (ops.cast(log_mel, "float32") - LEVEL_DB) / SPREAD_DB
        frames = [
            scaled[:, first : first + num_windows]
            for first in range(self.num_frames)
        ]
        seen = target = frames
        if self.predicts == "middle":
            middle = self.num_frames // 2
            seen = frames[:middle] + frames[middle + 1 :]
            target = frames[middle : middle + 1]
        vectors = ops.reshape(
            ops.concatenate(seen, axis=-1), (-1, len(seen) * mel_bins)
        )
        predicted = ops.reshape(
            self.network(vectors, training=training),
            (-1, num_windows, len(target), mel_bins),
        )
        predicted = ops.cast(predicted, "float32")
        return SPREAD_DB * (ops.stack(target, axis=2) - predicted)

    def compute_output_spec(self, log_mel, training=None):
        batch, num_frames, mel_bins = log_mel.shape
        num_windows = 1 + num_frames - self.num_frames
        num_predicted = self.num_frames if self.predicts == "all" else 1
        return keras.KerasTensor(
            (batch, num_windows, num_predicted, mel_bins), "float32"
        )

    def get_config(self):
        return {
            **super().get_config(),
            "num_frames": self.num_frames,
            "predicts": self.predicts,
            "units": self.units,
            "has_norm": self.has_norm,
        }
