"""Anomaly score read off the head."""

import keras
import numpy as np
from keras import ops

from keras_asd.numerics import is_finite


@keras.saving.register_keras_serializable(package="keras_asd")
class HeadScore(keras.layers.Layer):
    """The head's output as the anomaly score of each class.

    For heads that give an error or a negative log-likelihood, such as
    `TotalError`. Always float32; NaN for what is not finite.

    Args:
        **kwargs: `name` and others of `keras.layers.Layer`.

    Input shape: `(batch, num_classes)`.
    Output shape: the same; column `k` is the score of a clip that should be
    of class `k`; larger is stranger.

    >>> np.array(HeadScore()(ops.array([[4.5, np.inf]]))).tolist()
    [[4.5, nan]]
    """

    reads = "head"

    def __init__(self, **kwargs):
        super().__init__(**{"dtype": "float32", "trainable": False, **kwargs})

    def fit(self, outputs=None, groups=None, is_target=None):
        """Returns the scorer itself: the head's output is all it needs.

        Args:
            outputs: Ignored, as the others; they are the arguments that
                every scorer takes.
            groups: Ignored.
            is_target: Ignored.
        """
        return self

    def call(self, output):
        output = ops.cast(output, "float32")
        return ops.where(is_finite(output), output, np.nan)

    def compute_output_shape(self, input_shape):
        return input_shape
