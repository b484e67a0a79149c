"""Intra-class compactness and cross-entropy together."""

import keras

from keras_asd.losses.adacos import AdaCos
from keras_asd.losses.intra_class_compactness import IntraClassCompactness


@keras.saving.register_keras_serializable(package="keras_asd")
class CompactnessCrossEntropy(AdaCos):
    """Intra-class compactness plus the cross-entropy of scaled cosines.

    The classic recipe with a loss for either aim, compact and descriptive.
    Both weigh one, and look at the same centres. The paper's own sum is not
    public in every detail; its cross-entropy may differ.

    Args:
        num_classes: Integer `C`, at least two.
        scale: Scale of the cross-entropy, see `AdaCos`.
        initial_scale: Float, where the scale begins; it stays there if
            fixed. `None` for the formula.
        **kwargs: `name`, `reduction` and `dtype` of `keras.losses.Loss`;
            computed in float32 unless told otherwise.

    Call arguments:
        y_true: One-hot or soft classes, `(batch, num_classes)`.
        y_pred: Cosines to the class centres, `(batch, num_classes)` or
            `(batch, num_classes, 1)`.

    Raises:
        ValueError: For less than two classes, an unknown or not positive
            scale, or shapes that do not fit.

    >>> loss = CompactnessCrossEntropy(num_classes=3, initial_scale=2.0)
    >>> one_hot = keras.ops.eye(3)
    >>> round(float(loss(one_hot, 0.5 * one_hot)), 4)
    1.5514

    References: Perera & Patel, https://arxiv.org/abs/1801.05365;
    Wilkinghoff & Kurth, https://arxiv.org/abs/2309.15643
    """

    def __init__(
        self,
        num_classes,
        scale="fixed",
        initial_scale=None,
        name="compactness_cross_entropy",
        **kwargs,
    ):
        super().__init__(num_classes, scale, initial_scale, name, **kwargs)
        self.compactness = IntraClassCompactness(num_classes)

    def call(self, y_true, y_pred):
        cross_entropy = super().call(y_true, y_pred)
        return cross_entropy + self.compactness.call(y_true, y_pred)
