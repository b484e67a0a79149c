"""Sub-cluster AdaCos."""

import warnings

import keras
from keras import ops

from keras_asd.checks import check_choice
from keras_asd.checks import check_counts
from keras_asd.losses.adaptive_scale import AdaptiveScale
from keras_asd.losses.adaptive_scale import fixed_scale
from keras_asd.losses.shapes import check_class_weights
from keras_asd.losses.shapes import subcluster_cosines

SCALES = ("fixed", "adaptive", "reference")


@keras.saving.register_keras_serializable(package="keras_asd")
class SubclusterAdaCos(keras.losses.Loss):
    """Cross-entropy of classes that have several centres each.

    One softmax over the scaled cosines to all centres of all classes; the
    probability of a class is the sum over its own. No margin: the scale,
    `s`, alone says how much closer the own centres must be. In logarithms
    throughout, so that a clip far off still has a gradient. The scale is:

    - `"fixed"`: `sqrt(2) * ln(C * K - 1)`, at least 0.5, which stands where
      two classes of one centre would make it zero.
    - `"adaptive"`: begins there, then before every training step becomes
      `ln B / cos(min(pi / 4, median angle))`. `B` is the batch's mean sum
      of `exp(s * cos)` over the classes whose label is zero, the angle that
      to the nearest own centre, averaged by the label. Held in
      `[0.5, 100]`. Where a batch has no zero label the scale stays.
    - `"reference"`: as in the released code, where `B` holds the clip's own
      classes too and the angle is the sum over all its centres. It grows
      without bound once clips come near their centres, unless every clip is
      mixed. Held at a million, where the loss is lost but finite.

    `Classifier` adapts the scale and shows it in its logs as `scale`. In any
    other model call `adapt` yourself; the loss warns until you do.

    Args:
        num_classes: Integer `C`, at least two.
        num_subclusters: Integer `K`. Defaults to the paper's `16`.
        scale: `"fixed"`, `"adaptive"` or `"reference"`.
        initial_scale: Float, where the scale begins; it stays there if
            fixed. `None` for the formula.
        **kwargs: `name`, `reduction` and `dtype` of `keras.losses.Loss`;
            computed in float32 unless told otherwise.

    Call arguments:
        y_true: One-hot or soft classes, `(batch, num_classes)`.
        y_pred: Cosines, `(batch, num_classes, num_subclusters)`.

    Raises:
        ValueError: For less than two classes, no sub-cluster, an unknown or
            not positive scale, or shapes that do not fit.

    >>> loss = SubclusterAdaCos(num_classes=2, num_subclusters=3)
    >>> cosine = ops.zeros((1, 2, 3))
    >>> round(float(loss(ops.array([[0.9, 0.1]]), cosine)), 4)
    0.6931

    References: Wilkinghoff & Kurth, https://arxiv.org/abs/2309.15643;
    Zhang et al., AdaCos, https://arxiv.org/abs/1905.00292
    """

    def __init__(
        self,
        num_classes,
        num_subclusters=16,
        scale="fixed",
        initial_scale=None,
        name="subcluster_adacos",
        **kwargs,
    ):
        super().__init__(name=name, **{"dtype": "float32", **kwargs})
        if num_classes < 2:
            raise ValueError(
                "`num_classes` must be at least 2: the one class there is "
                "always has probability one, and nothing is learnt. "
                f"Received: num_classes={num_classes}. Add auxiliary classes."
            )
        check_counts(num_subclusters=num_subclusters)
        hint = "Give a number as `initial_scale`."
        check_choice("scale", scale, SCALES, hint)
        if initial_scale is None:
            initial_scale = fixed_scale(num_classes * num_subclusters)
        if not 0 < initial_scale < float("inf"):
            raise ValueError(
                "`initial_scale` must be positive and finite. "
                f"Received: initial_scale={initial_scale}."
            )
        self.num_classes = num_classes
        self.num_subclusters = num_subclusters
        self.mode = scale
        # What a trainer must carry from step to step, and whether one does.
        self.metrics = []
        self.is_adapted = False
        self.scale = float(initial_scale)
        if self.mode != "fixed":
            self.metrics = [AdaptiveScale(self.scale, self.mode)]
            self.scale = self.metrics[0].scale

    def call(self, y_true, y_pred):
        if self.metrics and not self.is_adapted:
            self.is_adapted = True
            warnings.warn(
                f"Nobody adapts the scale of {self.name}, so it stays as it "
                f"is. Received: scale={self.mode!r}. Train with "
                "`keras_asd.models.Classifier`, or call `adapt` before the "
                "loss of every training step.",
                stacklevel=2,
            )
        check_class_weights(y_true, self.num_classes)
        return -ops.sum(y_true * self.log_probabilities(y_pred), axis=-1)

    def log_probabilities(self, y_pred):
        """Logarithms of the probabilities of the classes.

        Args:
            y_pred: Cosines, `(batch, num_classes, num_subclusters)`.

        Returns:
            A tensor `(batch, num_classes)`.
        """
        logits = self.scale * self._cosines(y_pred)
        total = ops.logsumexp(logits, axis=(1, 2))
        return ops.logsumexp(logits, axis=2) - total[:, None]

    def adapt(self, y_true, y_pred):
        """Moves the scale to suit a batch; a fixed one stays.

        To be called in training, before the loss of the same step. A model
        of your own must also list `loss.metrics` among its `metrics`: what
        a trainer on JAX does not know of stays as it is.

        Args:
            y_true: One-hot or soft classes, `(batch, num_classes)`.
            y_pred: Cosines, `(batch, num_classes, num_subclusters)`.
        """
        self.is_adapted = True
        y_true = ops.convert_to_tensor(y_true, self.dtype)
        check_class_weights(y_true, self.num_classes)
        for metric in self.metrics:
            metric.update_state(y_true, self._cosines(y_pred))

    def _cosines(self, y_pred):
        return subcluster_cosines(
            ops.convert_to_tensor(y_pred, self.dtype),
            self.num_classes,
            self.num_subclusters,
        )

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "num_subclusters": self.num_subclusters,
            "scale": self.mode,
            "initial_scale": float(ops.convert_to_numpy(self.scale)),
        }
