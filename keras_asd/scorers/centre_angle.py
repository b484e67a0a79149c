"""Margin score of the angle to the class centre, as published."""

import keras
from keras import ops

from keras_asd.angular_margin import add_angular_margin
from keras_asd.angular_margin import check_angular_margin
from keras_asd.checks import check_choice
from keras_asd.scorers.other_classes import check_several_classes
from keras_asd.scorers.other_classes import logsumexp_of_others

FORMS = ("logit", "published")


@keras.saving.register_keras_serializable(package="keras_asd")
class CentreAngle(keras.layers.Layer):
    """Anomaly score of a clip against each class, from cosines.

    `form="published"` is the cross-entropy `A` of the margin's logits
    against the clip's own class. Near a centre it is below what float32
    resolves, and clips tie. `form="logit"` is `g`, the log-odds of all other
    classes, with `A = softplus(g)`: the same order of clips, never
    saturating. Always computed in float32.

    Args:
        margin: Float, radians, as in training.
        scale: Float, as in training.
        form: `"logit"` or `"published"`.

    Input shape: cosines `(batch, num_classes)`, at least two classes.
    Output shape: `(batch, num_classes)`; column `k` is the score of a clip
    that should be of class `k`; larger is stranger.

    Raises:
        ValueError: For a bad margin, scale or form, or a single class.

    >>> scores = CentreAngle(margin=0.0, scale=1.0)(ops.array([[1.0, 0.0]]))
    >>> [round(float(score), 4) for score in scores[0]]
    [-1.0, 1.0]

    Reference: Choi & Choi, https://ieeexplore.ieee.org/document/10447764;
    Liu et al., STgram-MFN, https://arxiv.org/abs/2201.05510
    """

    reads = "head"

    def __init__(self, margin=0.7, scale=30.0, form="logit", **kwargs):
        super().__init__(**{"dtype": "float32", "trainable": False, **kwargs})
        check_angular_margin(margin, scale)
        check_choice("form", form, FORMS)
        self.margin = margin
        self.scale = scale
        self.form = form

    def fit(self, cosines=None, groups=None, is_target=None):
        """Returns the scorer itself: the class centres are all it needs.

        Args:
            cosines: Ignored, as the others; they are the arguments that
                every scorer takes.
            groups: Ignored.
            is_target: Ignored.
        """
        return self

    def build(self, input_shape):
        check_several_classes(input_shape)

    def call(self, cosine):
        own = self.scale * add_angular_margin(cosine, self.margin)
        score = logsumexp_of_others(self.scale * cosine) - own
        return ops.softplus(score) if self.form == "published" else score

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "margin": self.margin,
            "scale": self.scale,
            "form": self.form,
        }
