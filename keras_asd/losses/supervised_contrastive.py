"""Supervised contrastive loss."""

import keras
from keras import ops

from keras_asd.numerics import to_unit_length


@keras.saving.register_keras_serializable(package="keras_asd")
class SupervisedContrastive(keras.losses.Loss):
    """Pulls clips of one class together and pushes all others away.

    Every clip of a batch is an anchor `i`. Its positives are the other clips
    of its class, and its loss is the mean over them of

        -log(exp(cos(i, positive) / temperature)
             / sum over others of exp(cos(i, other) / temperature))

    with all clips of the batch but the anchor as others. An anchor without a
    positive has none; the values of the rest are weighted by `clips /
    anchors with a positive`, so that Keras's mean over clips is the mean
    over the anchors that count. A clip of no class at all, such as one that
    could not be decoded, is neither anchor nor other. A batch needs two clips
    of some class, or it teaches nothing: choose it large.

    Args:
        temperature: Float, positive. Defaults to the `0.1` of CLP-SCF.
        includes_anchor: Boolean, whether the anchor is one of its own
            "others", as in the released code of CLP-SCF. A clip's cosine to
            itself is one: the loss then stays above `log 2` at the least.
        **kwargs: `name`, `reduction` and `dtype` of `keras.losses.Loss`;
            computed in float32 unless told otherwise.

    Call arguments:
        y_true: One-hot classes, `(batch, num_classes)`; all zeros for a
            clip that does not count.
        y_pred: Projections of any length, `(batch, dim)`; scaled to length
            one here.

    Raises:
        ValueError: For a bad temperature, or targets of mixed clips.

    >>> loss = SupervisedContrastive(temperature=1.0)
    >>> y_true = ops.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    >>> projection = ops.array([[1.0, 0.0], [2.0, 0.0], [0.0, 3.0]])
    >>> round(float(loss(y_true, projection)), 4)
    0.3133

    References: Khosla et al., https://arxiv.org/abs/2004.11362; CLP-SCF,
    Guan et al., https://arxiv.org/abs/2304.03588
    """

    def __init__(
        self,
        temperature=0.1,
        includes_anchor=False,
        name="supervised_contrastive",
        **kwargs,
    ):
        super().__init__(name=name, **{"dtype": "float32", **kwargs})
        if not 0 < temperature < float("inf"):
            raise ValueError(
                "`temperature` must be positive and finite. "
                f"Received: temperature={temperature}."
            )
        self.temperature = temperature
        self.includes_anchor = includes_anchor

    def call(self, y_true, y_pred):
        if len(y_true.shape) != 2:
            raise ValueError(
                "`y_true` must be one-hot classes of shape (batch, "
                f"num_classes). Received: {tuple(y_true.shape)}. Mixed clips "
                "have no class of their own: train without mixup."
            )
        directions = to_unit_length(y_pred)
        logits = ops.matmul(directions, ops.transpose(directions))
        logits = logits / self.temperature
        place = ops.arange(ops.shape(y_true)[0])
        is_anchor = place[:, None] == place
        is_same_class = ops.matmul(y_true, ops.transpose(y_true)) > 0.5
        is_positive = ops.cast(is_same_class & ~is_anchor, self.dtype)
        is_other = ops.sum(y_true, axis=-1) > 0.5
        if not self.includes_anchor:
            is_other = is_other & ~is_anchor
        others = ops.where(is_other, logits, -1e30)
        total = ops.logsumexp(others, axis=-1, keepdims=True)
        num_positives = ops.sum(is_positive, axis=-1)
        loss = ops.sum(is_positive * (total - logits), axis=-1)
        loss = loss / ops.maximum(num_positives, 1.0)
        # One over the share of anchors that have a positive.
        share = ops.mean(ops.cast(num_positives > 0, self.dtype))
        return loss / ops.where(share > 0, share, 1.0)

    def get_config(self):
        return {
            **super().get_config(),
            "temperature": self.temperature,
            "includes_anchor": self.includes_anchor,
        }
