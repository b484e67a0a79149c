"""Intra-class compactness."""

import keras
from keras import ops

from keras_asd.checks import check_counts
from keras_asd.losses.shapes import check_class_weights
from keras_asd.losses.shapes import subcluster_cosines


@keras.saving.register_keras_serializable(package="keras_asd")
class IntraClassCompactness(keras.losses.Loss):
    """Squared distance to the centre of the clip's class, on the sphere.

    `2 - 2 * cos`, averaged over the classes of the clip by its label. No
    other class pushes, so that an embedding may collapse to where it is
    best for all. Of several centres of a class the nearest counts; the
    paper has one.

    Args:
        num_classes: Integer.
        **kwargs: `name`, `reduction` and `dtype` of `keras.losses.Loss`;
            computed in float32 unless told otherwise.

    Call arguments:
        y_true: One-hot or soft classes, `(batch, num_classes)`.
        y_pred: Cosines to the class centres, `(batch, num_classes)` or
            `(batch, num_classes, num_subclusters)`.

    Raises:
        ValueError: For no class, or shapes that do not fit.

    >>> loss = IntraClassCompactness(num_classes=2)
    >>> round(float(loss(ops.array([[1, 0]]), ops.array([[0.9, 0]]))), 4)
    0.2

    Reference: Wilkinghoff & Kurth, https://arxiv.org/abs/2309.15643
    """

    def __init__(self, num_classes, name="intra_class_compactness", **kwargs):
        super().__init__(name=name, **{"dtype": "float32", **kwargs})
        check_counts(num_classes=num_classes)
        self.num_classes = num_classes

    def call(self, y_true, y_pred):
        check_class_weights(y_true, self.num_classes)
        cosine = subcluster_cosines(y_pred, self.num_classes)
        distance = 2.0 - 2.0 * ops.max(cosine, axis=-1)
        return ops.sum(y_true * distance, axis=-1)

    def get_config(self):
        return {**super().get_config(), "num_classes": self.num_classes}
