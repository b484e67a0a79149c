"""Log-odds of the clip's class, the score of plain classifiers."""

import math

import keras
from keras import ops

from keras_asd.checks import check_choice
from keras_asd.scorers.other_classes import check_several_classes
from keras_asd.scorers.other_classes import logsumexp_of_others

FORMS = ("logit", "published", "literal")
# Below it, e^x is all that float32 holds of softplus(x) and of sigmoid(x).
LOWEST_LOGIT = -20.0


@keras.saving.register_keras_serializable(package="keras_asd")
class LogOdds(keras.layers.Layer):
    """Anomaly score of a clip against each class, from logits.

    With `p` the softmax probability of the class:

    - `"logit"`: `log((1 - p) / p)`, computed as the logsumexp of the other
      logits less the own, so that it never saturates.
    - `"published"`: the cross-entropy `-log p`. The same order of clips;
      those of `p` near one come close to zero, and to each other.
    - `"literal"`: `log((1 - p) - log p)`, as the code of the DCASE 2021
      baseline has it by a misplaced parenthesis. The same order too, but
      the mean over windows weighs them otherwise. Without its floor of
      2.2e-16 under `p` and under the sum.

    Always computed in float32.

    Args:
        form: `"logit"`, `"published"` or `"literal"`.

    Input shape: logits `(batch, num_classes)`, at least two classes.
    Output shape: `(batch, num_classes)`; column `k` is the score of a clip
    that should be of class `k`; larger is stranger.

    Raises:
        ValueError: For an unknown form, or a single class.

    >>> scores = LogOdds()(ops.array([[3.0, 1.0]]))
    >>> [round(float(score), 4) for score in scores[0]]
    [-2.0, 2.0]

    References: Giri et al., Self-Supervised Classification for Detecting
    Anomalous Sounds, DCASE Workshop 2020; Kawaguchi et al.,
    https://arxiv.org/abs/2106.04492
    """

    reads = "head"

    def __init__(self, form="logit", **kwargs):
        super().__init__(**{"dtype": "float32", "trainable": False, **kwargs})
        check_choice("form", form, FORMS)
        self.form = form

    def fit(self, logits=None, groups=None, is_target=None):
        """Returns the scorer itself: the classes are all it needs.

        Args:
            logits: Ignored, as the others; they are the arguments that every
                scorer takes.
            groups: Ignored.
            is_target: Ignored.
        """
        return self

    def build(self, input_shape):
        check_several_classes(input_shape)

    def call(self, logits):
        score = logsumexp_of_others(logits) - logits
        if self.form == "published":
            return ops.softplus(score)
        if self.form == "literal":
            held = ops.maximum(score, LOWEST_LOGIT)
            literal = ops.log(ops.sigmoid(held) + ops.softplus(held))
            near_one = score + math.log(2.0)
            return ops.where(score > LOWEST_LOGIT, literal, near_one)
        return score

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "form": self.form}
