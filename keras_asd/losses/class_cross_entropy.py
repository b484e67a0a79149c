"""Cross-entropy of classes, clip by clip."""

import keras
from keras import ops

from keras_asd.losses.shapes import check_class_weights


@keras.saving.register_keras_serializable(package="keras_asd")
class ClassCrossEntropy(keras.losses.Loss):
    """Cross-entropy of the softmax of logits.

    `-log p` of the clip's class; of soft classes their weighted sum. The
    head that gives logits is `ClassLogits`.

    Args:
        **kwargs: `name`, `reduction` and `dtype` of `keras.losses.Loss`;
            computed in float32 unless told otherwise.

    Call arguments:
        y_true: One-hot or soft classes, `(batch, num_classes)`.
        y_pred: Logits, `(batch, num_classes)`.

    Raises:
        ValueError: For targets that do not fit.

    >>> loss = ClassCrossEntropy()
    >>> round(float(loss(ops.array([[1.0, 0.0]]), ops.array([[2.0, 2.0]]))), 4)
    0.6931
    """

    def __init__(self, name="class_cross_entropy", **kwargs):
        super().__init__(name=name, **{"dtype": "float32", **kwargs})

    def call(self, y_true, y_pred):
        check_class_weights(y_true, y_pred.shape[-1])
        return -ops.sum(y_true * ops.log_softmax(y_pred), axis=-1)
