"""Gate over the frames of a spectrogram."""

import keras
from keras import ops

from keras_asd.checks import check_choice
from keras_asd.presets import GATES


@keras.saving.register_keras_serializable(package="keras_asd")
class TemporalAttention(keras.layers.Layer):
    """Gates every frame by how far it stands out.

    The gate is the sigmoid of the frame's mean plus its maximum over
    frequency, so that a short event survives the pooling that follows.

    Args:
        gate: `"raw"`, as published: the sum is in decibels, so the gate is
            zero on quiet clips and one on loud ones. `"standardized"`: the
            sum is first brought to mean 0 and deviation 1 over the clip's
            frames, which a change of level does not move.

    Input shape: `(batch, frames, mel_bins)`. Output shape: the same.

    Raises:
        ValueError: For an unknown gate.

    >>> tuple(TemporalAttention()(ops.ones((2, 313, 128))).shape)
    (2, 313, 128)

    Reference: Choi & Choi, equations 5 and 6,
    https://ieeexplore.ieee.org/document/10447764
    """

    def __init__(self, gate="raw", **kwargs):
        super().__init__(**kwargs)
        check_choice("gate", gate, GATES)
        self.gate = gate

    def call(self, log_mel):
        mean = ops.mean(log_mel, axis=-1, keepdims=True)
        peak = ops.max(log_mel, axis=-1, keepdims=True)
        evidence = mean + peak
        if self.gate == "standardized":
            evidence = evidence - ops.mean(evidence, axis=1, keepdims=True)
            variance = ops.var(evidence, axis=1, keepdims=True)
            # Inside the root: the gradient of silence stays finite.
            evidence = evidence / ops.sqrt(variance + 1e-6)
        return log_mel * ops.sigmoid(evidence)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "gate": self.gate}
