"""Adaptive scale of AdaCos: first value and updates."""

import math

import keras
from keras import ops

LEAST_SCALE = 0.5
# Two updates and the bounds between which each holds the scale.
BOUNDS = {"adaptive": (LEAST_SCALE, 100.0), "reference": (1e-7, 1e6)}


def fixed_scale(num_centres: int) -> float:
    """`sqrt(2) * ln(num_centres - 1)`, but never below 0.5.

    With it the probability of a class falls the steepest where the angle to
    its centre is 45 degrees. Of two centres the formula makes zero, with
    which nothing is learnt; 0.5 stands there.

    >>> round(fixed_scale(186 * 16), 4), fixed_scale(2)
    (11.3109, 0.5)

    Reference: Zhang et al., AdaCos, https://arxiv.org/abs/1905.00292
    """
    return max(math.sqrt(2.0) * math.log(num_centres - 1), LEAST_SCALE)


@keras.saving.register_keras_serializable(package="keras_asd")
class AdaptiveScale(keras.metrics.Metric):
    """A scale that follows the batches of the training.

    A metric, since that is the state of a trainer which it carries through
    a step on every backend, shows in its logs, and does not count among the
    weights of its model. A reset leaves it alone. Where an update is not
    finite, the scale stays as it is.

    Args:
        initial_scale: Float.
        mode: `"adaptive"` or `"reference"`; see `SubclusterAdaCos`.
        name: String, the metric's name in the logs.
        dtype: Data type of `keras.metrics.Metric`.

    Call arguments:
        y_true: One-hot or soft classes, `(batch, num_classes)`.
        cosine: `(batch, num_classes, num_subclusters)`.

    >>> scale = AdaptiveScale(3.0, "adaptive")
    >>> scale.update_state(ops.eye(3), ops.zeros((3, 3, 1)))
    >>> round(float(scale.result()), 4), round(fixed_scale(3), 4)
    (0.9803, 0.9803)
    """

    def __init__(self, initial_scale, mode, name="scale", dtype="float32"):
        super().__init__(name=name, dtype=dtype)
        self.mode = mode
        self.scale = self.add_variable(
            shape=(),
            initializer=keras.initializers.Constant(initial_scale),
            aggregation="mean",
            name="scale",
        )

    def update_state(self, y_true, cosine):
        update = {"adaptive": _adaptive, "reference": _reference}[self.mode]
        before = ops.convert_to_tensor(self.scale)
        scale = update(y_true, ops.stop_gradient(cosine), before)
        held = ops.clip(scale, *BOUNDS[self.mode])
        self.scale.assign(ops.where(ops.isfinite(scale), held, before))

    def reset_state(self):
        """Leaves the scale as it is, from one epoch to the next."""

    def result(self):
        # A copy: JAX gives the variable's own memory to the next step.
        return ops.copy(self.scale)

    def get_config(self):
        return {
            **super().get_config(),
            "initial_scale": float(ops.convert_to_numpy(self.scale)),
            "mode": self.mode,
        }


def _adaptive(y_true, cosine, scale):
    """Of the classes that are not the clip's, and of its nearest own."""
    is_other = ops.equal(y_true, 0.0)[:, :, None]
    logits = ops.where(is_other, scale * cosine, -math.inf)
    angles = y_true * _angle(ops.max(cosine, axis=-1))
    weights = ops.maximum(ops.sum(y_true, axis=-1), keras.config.epsilon())
    return _scale_for(logits, ops.sum(angles, axis=-1) / weights)


def _reference(y_true, cosine, scale):
    """Of all classes, and of the sum of the angles to all own centres."""
    angles = ops.sum(y_true[:, :, None] * _angle(cosine), axis=(1, 2))
    num_classes = ops.cast(ops.count_nonzero(y_true, axis=-1), "float32")
    return _scale_for(scale * cosine, angles * num_classes) + 1e-7


def _scale_for(logits, angles):
    """`ln B / cos(min(pi / 4, median angle))`."""
    num_clips = ops.cast(ops.shape(logits)[0], "float32")
    log_mean = ops.logsumexp(logits) - ops.log(num_clips)
    # The nearest to the middle, an even place where two are as near.
    middle = ops.cast(ops.round((num_clips - 1.0) / 2.0), "int32")
    median = ops.take(ops.sort(angles), middle)
    return log_mean / ops.cos(ops.minimum(median, math.pi / 4))


def _angle(cosine):
    return ops.arccos(ops.clip(cosine, -1.0 + 1e-7, 1.0 - 1e-7))
