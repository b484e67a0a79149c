"""Mean error of a clip's class as a loss."""

import keras
from keras import ops

from keras_asd.losses.shapes import check_class_weights


@keras.saving.register_keras_serializable(package="keras_asd")
class OwnClassError(keras.losses.Loss):
    """What the head says about the clip's own class is what is minimised.

    For heads that give an error or a negative log-likelihood, such as
    `TotalError`: a network for each machine or section learns from its own
    clips alone. No other class pushes.

    Args:
        **kwargs: `name`, `reduction` and `dtype` of `keras.losses.Loss`;
            computed in float32 unless told otherwise.

    Call arguments:
        y_true: One-hot or soft classes, `(batch, num_classes)`.
        y_pred: Errors, `(batch, num_classes)`.

    Raises:
        ValueError: For targets that do not fit.

    >>> errors = ops.array([[3.0, 5.0], [4.0, 7.0]])
    >>> float(OwnClassError()(ops.array([[1.0, 0.0], [0.0, 1.0]]), errors))
    5.0
    """

    def __init__(self, name="own_class_error", **kwargs):
        super().__init__(name=name, **{"dtype": "float32", **kwargs})

    def call(self, y_true, y_pred):
        check_class_weights(y_true, y_pred.shape[-1])
        return ops.sum(y_true * y_pred, axis=-1)
