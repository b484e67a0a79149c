"""AdaCos."""

import keras

from keras_asd.losses.subcluster_adacos import SubclusterAdaCos


@keras.saving.register_keras_serializable(package="keras_asd")
class AdaCos(SubclusterAdaCos):
    """Cross-entropy of scaled cosines, the scale made from the classes.

    `SubclusterAdaCos` with one centre a class; that explains the scales. Of
    one-hot classes, `"adaptive"` is the dynamic scale of the paper.

    Args:
        num_classes: Integer `C`, at least two.
        scale: `"fixed"` (`sqrt(2) * ln(C - 1)`, at least 0.5), `"adaptive"`
            or `"reference"`.
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

    >>> loss = AdaCos(num_classes=3, initial_scale=1.0)
    >>> one_hot = keras.ops.eye(3)
    >>> round(float(loss(one_hot, one_hot)), 4)
    0.5514

    Reference: Zhang et al., AdaCos, https://arxiv.org/abs/1905.00292
    """

    def __init__(
        self,
        num_classes,
        scale="fixed",
        initial_scale=None,
        name="adacos",
        **kwargs,
    ):
        super().__init__(num_classes, 1, scale, initial_scale, name, **kwargs)

    def get_config(self):
        config = super().get_config()
        del config["num_subclusters"]
        return config
