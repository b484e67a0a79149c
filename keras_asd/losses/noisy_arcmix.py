"""Noisy-ArcMix."""

import keras
from keras import ops

from keras_asd.angular_margin import add_angular_margin
from keras_asd.angular_margin import check_angular_margin
from keras_asd.losses.shapes import check_targets


@keras.saving.register_keras_serializable(package="keras_asd")
class NoisyArcMix(keras.losses.Loss):
    """Soft cross-entropy of a mixed clip, margin on its first class only.

    One set of logits, `scale * cos(theta + margin * first)`, serves both
    classes. Where the first class is the minor part of the mix the margin
    presses on the "wrong" one: that is the intended noise.

    Args:
        margin: Float, radians in `[0, pi / 2)`. Defaults to the paper's
            `0.7`.
        scale: Float, radius of the hypersphere. Defaults to `30.0`, as in
            the released code.
        **kwargs: `name`, `reduction` and `dtype` of `keras.losses.Loss`;
            computed in float32 unless told otherwise.

    Call arguments:
        y_true: `(batch, 2, num_classes)`: row 0 is `mix_weight *
            one_hot(first)`, row 1 `(1 - mix_weight) * one_hot(second)`. The
            margin goes where row 0 is positive, so `mix_weight` must be.
        y_pred: Cosines to the class centres, `(batch, num_classes)`.

    Raises:
        ValueError: For a bad margin or scale, or targets that do not fit.

    >>> y_true = ops.array([[[0.8, 0.0], [0.0, 0.2]]])
    >>> loss = NoisyArcMix(margin=0.0, scale=1.0)
    >>> round(float(loss(y_true, ops.array([[1.0, 0.0]]))), 4)
    0.5133

    Reference: Choi & Choi, equation 4,
    https://ieeexplore.ieee.org/document/10447764
    """

    def __init__(self, margin=0.7, scale=30.0, name="noisy_arcmix", **kwargs):
        super().__init__(name=name, **{"dtype": "float32", **kwargs})
        check_angular_margin(margin, scale)
        self.margin = margin
        self.scale = scale

    def call(self, y_true, y_pred):
        check_targets(y_true, y_pred, num_rows=2)
        moved = add_angular_margin(y_pred, self.margin)
        logits = self.scale * ops.where(y_true[:, 0] > 0, moved, y_pred)
        target = ops.sum(y_true, axis=1)
        return -ops.sum(target * ops.log_softmax(logits), axis=-1)

    def get_config(self):
        config = super().get_config()
        return {**config, "margin": self.margin, "scale": self.scale}
