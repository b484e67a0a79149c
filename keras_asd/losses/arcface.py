"""ArcFace."""

import keras
from keras import ops

from keras_asd.angular_margin import add_angular_margin
from keras_asd.angular_margin import check_angular_margin
from keras_asd.losses.shapes import check_targets


@keras.saving.register_keras_serializable(package="keras_asd")
class ArcFace(keras.losses.Loss):
    """Cross-entropy with an additive angular margin on the target class.

    The target's logit is `scale * cos(theta + margin)`, any other's is
    `scale * cos(theta)`. The class centres belong to `ClassCosine`, since
    Keras neither trains nor saves a variable that a loss owns. With
    `margin=0` this is the cross-entropy of scaled cosines.

    Args:
        margin: Float, radians in `[0, pi / 2)`. Defaults to the `0.7` of
            STgram-MFN and Noisy-ArcMix.
        scale: Float, radius of the hypersphere. Defaults to their `30.0`.
        **kwargs: `name`, `reduction` and `dtype` of `keras.losses.Loss`;
            computed in float32 unless told otherwise.

    Call arguments:
        y_true: One-hot classes, `(batch, num_classes)`.
        y_pred: Cosines to the class centres, `(batch, num_classes)`.

    Raises:
        ValueError: For a bad margin or scale, or targets that do not fit.

    >>> loss = ArcFace(margin=0.0, scale=1.0)
    >>> round(float(loss(ops.array([[1.0, 0.0]]), ops.array([[1.0, 1.0]]))), 4)
    0.6931

    Reference: Deng et al., https://arxiv.org/abs/1801.07698
    """

    def __init__(self, margin=0.7, scale=30.0, name="arcface", **kwargs):
        super().__init__(name=name, **{"dtype": "float32", **kwargs})
        check_angular_margin(margin, scale)
        self.margin = margin
        self.scale = scale

    def call(self, y_true, y_pred):
        check_targets(y_true, y_pred, num_rows=1)
        moved = add_angular_margin(y_pred, self.margin)
        logits = self.scale * ops.where(y_true > 0, moved, y_pred)
        return -ops.sum(y_true * ops.log_softmax(logits), axis=-1)

    def get_config(self):
        config = super().get_config()
        return {**config, "margin": self.margin, "scale": self.scale}
