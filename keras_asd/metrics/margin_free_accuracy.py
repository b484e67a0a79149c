"""Accuracy of cosines, of plain and of mixed targets."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_asd")
class MarginFreeAccuracy(keras.metrics.Mean):
    """Share of clips whose nearest class centre is that of their class.

    No margin is applied: it belongs to the loss, and would make the number
    fall as the margin grows. Of the sub-centres of a class the nearest
    counts. The class of a mixed clip is the one with the larger total
    weight.

    Args:
        name: String, the metric's name in the logs.
        dtype: Data type of `keras.metrics.Metric`.

    Call arguments:
        y_true: One-hot or soft classes `(batch, num_classes)`, or the two
            rows of mixed clips `(batch, 2, num_classes)`: `weight *
            one_hot(first)` and `(1 - weight) * one_hot(second)`.
        y_pred: Cosines to the class centres, `(batch, num_classes)`, or to
            sub-centres, `(batch, num_classes, num_subclusters)`.
        sample_weight: Weights of the clips, `(batch,)`, or `None`.

    Raises:
        ValueError: Where `y_true` has neither of the two shapes.

    >>> accuracy = MarginFreeAccuracy()
    >>> mixed = [[[0.3, 0.0], [0.0, 0.7]], [[0.8, 0.0], [0.0, 0.2]]]
    >>> float(accuracy(mixed, [[0.1, 0.9], [0.2, 0.6]]))
    0.5
    """

    def __init__(self, name="accuracy", dtype=None):
        super().__init__(name=name, dtype=dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true = ops.convert_to_tensor(y_true, dtype="float32")
        y_pred = ops.convert_to_tensor(y_pred)
        shape, num_classes = tuple(y_true.shape), y_pred.shape[1]
        if shape[1:] not in [(num_classes,), (2, num_classes)]:
            raise ValueError(
                "`y_true` must be one-hot or soft, (batch, num_classes), or "
                "mixed, (batch, 2, num_classes). Received: y_true of shape "
                f"{shape}, y_pred of shape {tuple(y_pred.shape)}."
            )
        if len(y_pred.shape) == 3:
            y_pred = ops.max(y_pred, axis=-1)
        total_weight = ops.sum(y_true, axis=1) if len(shape) == 3 else y_true
        is_correct = ops.equal(
            ops.argmax(total_weight, axis=-1), ops.argmax(y_pred, axis=-1)
        )
        super().update_state(ops.cast(is_correct, self.dtype), sample_weight)
