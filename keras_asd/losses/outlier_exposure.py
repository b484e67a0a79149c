"""Outlier exposure: a machine's likelihood against its siblings'."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_asd")
class OutlierExposure(keras.losses.Loss):
    """Negative log-density of the own clips, and a hinge on all others.

    A clip of `own_class` counts with its negative log-density. A clip of
    another class should have a larger one, by `margin` or more, than the
    batch's own clips on average; what is missing counts, times `weight`.
    Without own clips in the batch there is nothing to be away from, and the
    others count zero. The idea is the paper's, which trains a flow for each
    machine id with its siblings as outliers; the hinge and its constants are
    our own choice, since the paper's are not public.

    Args:
        own_class: Integer, the class whose density is trained.
        margin: Float, nats for each number of the image, not negative.
        weight: Float, of the hinge; not negative, zero for none.
        **kwargs: `name`, `reduction` and `dtype` of `keras.losses.Loss`;
            computed in float32 unless told otherwise.

    Call arguments:
        y_true: One-hot classes, `(batch, num_classes)`.
        y_pred: Negative log-densities, `(batch, num_classes)`, as `TotalError`
            makes them of a `FlowEmbedder`: that of `own_class` is read.

    Raises:
        ValueError: For a negative class, margin or weight, a class beyond
            those of the targets, or shapes that do not fit together.

    >>> loss = OutlierExposure(own_class=0, margin=1.0, reduction=None)
    >>> density = ops.array([[2.0, 2.0], [2.25, 2.25], [4.0, 4.0]])
    >>> values = loss(ops.array([[1, 0], [0, 1], [0, 1]]), density)
    >>> [float(value) for value in values]
    [2.0, 0.75, 0.0]

    Reference: Dohi et al., https://arxiv.org/abs/2103.08801
    """

    def __init__(
        self,
        own_class,
        margin=1.0,
        weight=1.0,
        name="outlier_exposure",
        **kwargs,
    ):
        super().__init__(name=name, **{"dtype": "float32", **kwargs})
        for argument, value in (
            ("own_class", own_class),
            ("margin", margin),
            ("weight", weight),
        ):
            if not value >= 0:
                raise ValueError(
                    f"`{argument}` must not be negative. "
                    f"Received: {argument}={value}."
                )
        self.own_class = own_class
        self.margin = margin
        self.weight = weight

    def call(self, y_true, y_pred):
        shapes = tuple(y_true.shape), tuple(y_pred.shape)
        if shapes[0][1:] != shapes[1][1:] or self.own_class >= shapes[1][-1]:
            raise ValueError(
                "Targets and densities must both have a column for each class,"
                f" `own_class` among them. Received: shapes {shapes[0]} and "
                f"{shapes[1]} for own_class={self.own_class}."
            )
        is_own = y_true[:, self.own_class]
        surprisal = y_pred[:, self.own_class]
        num_own = ops.sum(is_own)
        own_mean = ops.sum(is_own * surprisal) / ops.maximum(num_own, 1e-6)
        missing = ops.relu(self.margin + own_mean - surprisal)
        missing = ops.where(num_own > 0, missing, 0.0)
        return is_own * surprisal + (1.0 - is_own) * self.weight * missing

    def get_config(self):
        return {
            **super().get_config(),
            "own_class": self.own_class,
            "margin": self.margin,
            "weight": self.weight,
        }
