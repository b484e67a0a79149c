"""One-class compactness."""

import keras
from keras import ops

from keras_asd.losses.shapes import subcluster_cosines


@keras.saving.register_keras_serializable(package="keras_asd")
class OneClassCompactness(keras.losses.Loss):
    """Squared distance to the one centre of all clips, on the sphere.

    `2 - 2 * cos`: least for a constant embedding, into which a network
    trained with nothing else collapses. Here for comparison.

    Args:
        **kwargs: `name`, `reduction` and `dtype` of `keras.losses.Loss`;
            computed in float32 unless told otherwise.

    Call arguments:
        y_true: Anything with a row a clip; not looked at.
        y_pred: Cosines to the centre, `(batch, 1)`, or to several of which
            the nearest counts, `(batch, 1, num_subclusters)`.

    Raises:
        ValueError: For cosines to more than one class.

    >>> cosine = ops.array([[0.9]])
    >>> round(float(OneClassCompactness()(cosine, cosine)), 4)
    0.2

    References: Ruff et al., Deep One-Class Classification,
    https://proceedings.mlr.press/v80/ruff18a.html;
    Wilkinghoff & Kurth, https://arxiv.org/abs/2309.15643
    """

    def __init__(self, name="one_class_compactness", **kwargs):
        super().__init__(name=name, **{"dtype": "float32", **kwargs})

    def call(self, y_true, y_pred):
        cosine = subcluster_cosines(y_pred, num_classes=1)
        return 2.0 - 2.0 * ops.max(cosine, axis=(1, 2))
