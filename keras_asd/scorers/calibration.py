"""Calibration: p-values and decisions of anomaly scores."""

from collections.abc import Sequence
from typing import Self

import keras
import numpy as np
from keras import ops
from numpy.typing import ArrayLike

from keras_asd.numerics import is_finite
from keras_asd.rates import SLACK


@keras.saving.register_keras_serializable(package="keras_asd")
class Calibration(keras.layers.Layer):
    """P-values and decisions of scores, one curve for each key.

    A p-value is the share of a key's normal clips that would score as high.
    Each key has a curve of knots, from scores to the logarithms of p-values;
    it is a straight line between two knots and constant beyond the outer
    ones. A decision is an alarm where the p-value is at most the requested
    false-alarm rate. From `n` clips no rate below `1 / (n + 1)` can be
    promised: there is no decision then, nor where there is no p-value, nor
    where the curve ends above the rate, as it does if high scores are equal.

    All that `fit` learns lies in float32 weights and is saved and exported
    with the model. Only comparisons, sums, `take` and `exp` are used, which
    every exported form has.

    Args:
        num_keys: Integer, how many keys there are.
        num_knots: Integer, or `None`: as many as `fit` needs.
        false_alarm_rate: Float in `(0, 1)`, requested where a call gives none.
        **kwargs: `name` and others of `keras.layers.Layer`.

    Call arguments:
        anomaly_score: `(batch,)`.
        key: Integers, indices of the keys, `(batch,)`.
        false_alarm_rate: Wished rates, `(batch,)`, or `None`.

    Returns:
        Dict of `p_value` `(batch,)` float32, NaN for a score that is not
        finite, an unknown key or one without clips; and of `decision`
        `(batch,)` int32, 1 for an alarm, 0 for none, -1 for no decision.

    Raises:
        ValueError: For a rate or counts out of range, and where it is
            called before it is fitted.

    >>> calibration = Calibration(num_keys=1, false_alarm_rate=0.1)
    >>> curve = ([1.0, 2.0, 3.0], np.log([1.0, 0.5, 0.05]))
    >>> calibration = calibration.fit([curve], num_clips=[40])
    >>> outputs = calibration(ops.array([2.0, 9.0]), ops.array([0, 0]))
    >>> [round(float(p_value), 2) for p_value in outputs["p_value"]]
    [0.5, 0.05]
    >>> [int(decision) for decision in outputs["decision"]]
    [0, 1]

    Reference: for the least rate, conformal prediction: Vovk, Gammerman &
    Shafer, https://doi.org/10.1007/b106715
    """

    def __init__(
        self, num_keys, num_knots=None, false_alarm_rate=0.05, **kwargs
    ):
        super().__init__(**{"dtype": "float32", "trainable": False, **kwargs})
        if not 0 < false_alarm_rate < 1:
            raise ValueError(
                "`false_alarm_rate` must be a share of the normal clips, 0 < "
                "false_alarm_rate < 1. Received: "
                f"false_alarm_rate={false_alarm_rate}."
            )
        if num_keys < 1:
            raise ValueError(
                "There must be at least one key. "
                f"Received: num_keys={num_keys}."
            )
        self.num_keys = num_keys
        self.num_knots = num_knots
        self.false_alarm_rate = false_alarm_rate

    def fit(
        self,
        curves: Sequence[tuple[ArrayLike, ArrayLike] | None],
        num_clips: Sequence[int],
    ) -> Self:
        """Takes over the curve of every key.

        Args:
            curves: For each key its knots: scores, which must not fall, and
                the natural logarithms of their p-values, which must not
                rise; `None` for a key that cannot be calibrated.
            num_clips: For each key the normal clips behind its curve.

        Returns:
            The calibration itself.

        Raises:
            ValueError: For another number of keys, or a bad curve.
        """
        if len(curves) != self.num_keys or len(num_clips) != self.num_keys:
            raise ValueError(
                "There must be a curve and a number of clips for each key. "
                f"Received: {len(curves)} curves and {len(num_clips)} numbers "
                f"for num_keys={self.num_keys}."
            )
        tables = [
            None if curve is None else _as_table(curve) for curve in curves
        ]
        needed = max(
            [2, *(len(table) for table in tables if table is not None)]
        )
        if self.num_knots is None:
            self.num_knots = needed
        if needed > self.num_knots:
            raise ValueError(
                "The curves must fit into `num_knots`, which the constructor "
                f"or an earlier `fit` has set. Received: {needed} for "
                f"num_knots={self.num_knots}. Make a new calibration."
            )
        if not self.built:
            self.build()
        knots = np.zeros((self.num_keys, self.num_knots, 2))
        counts = np.zeros(self.num_keys)
        for key, table in enumerate(tables):
            if table is not None:
                # Repeats of the last knot add nothing.
                missing = self.num_knots - len(table)
                knots[key] = np.pad(table, ((0, missing), (0, 0)), mode="edge")
                counts[key] = num_clips[key]
        self.scores.assign(knots[:, :, 0])
        self.log_p_values.assign(knots[:, :, 1])
        self.num_clips.assign(counts)
        return self

    def filled_from(self, other: "Calibration") -> "Calibration":
        """This one, with the other's curve for every key without clips.

        Args:
            other: Fitted, for the same keys.
        """
        tables = zip(
            zip(*self.get_weights(), strict=True),
            zip(*other.get_weights(), strict=True),
            strict=True,
        )
        chosen = [own if own[2] > 0 else others for own, others in tables]
        filled = type(self)(
            self.num_keys, false_alarm_rate=self.false_alarm_rate
        )
        return filled.fit(
            [row[:2] if row[2] > 0 else None for row in chosen],
            [int(row[2]) for row in chosen],
        )

    def build(
        self,
        anomaly_score_shape=None,
        key_shape=None,
        false_alarm_rate_shape=None,
    ):
        if self.num_knots is None:
            raise ValueError(
                "`Calibration` must be fitted before it is called. Received: "
                "a calibration without state. Call `fit(curves, num_clips)`."
            )
        shape = (self.num_keys, self.num_knots)
        self.scores = self._add_state("scores", shape)
        self.log_p_values = self._add_state("log_p_values", shape)
        self.num_clips = self._add_state("num_clips", shape[:1])
        self.built = True

    def _add_state(self, name: str, shape: tuple[int, ...]):
        return self.add_weight(
            shape=shape, initializer="zeros", trainable=False, name=name
        )

    def call(self, anomaly_score, key, false_alarm_rate=None):
        score = ops.cast(anomaly_score, "float32")
        is_sound = is_finite(score)
        is_known = (key >= 0) & (key < self.num_keys)
        index = ops.where(is_known, ops.cast(key, "int32"), 0)
        num_clips = ops.take(self.num_clips, index, axis=0)
        is_known = is_known & is_sound & (num_clips > 0)
        knots = ops.take(self.scores, index, axis=0)
        levels = ops.take(self.log_p_values, index, axis=0)
        width = knots[:, 1:] - knots[:, :-1]
        # How far along each piece of the curve: 0 before it, 1 after it.
        along = ops.where(is_sound, score, 0.0)[:, None] - knots[:, :-1]
        share = ops.clip(along / ops.where(width > 0, width, 1.0), 0.0, 1.0)
        steps = share * (levels[:, 1:] - levels[:, :-1])
        p_value = ops.exp(levels[:, 0] + ops.sum(steps, axis=1))
        if false_alarm_rate is None:
            rate = ops.full_like(p_value, self.false_alarm_rate)
        else:
            rate = ops.cast(false_alarm_rate, "float32")
        is_decided = is_known & (rate < 1.0)
        rate = rate * SLACK
        is_decided = is_decided & (rate * (num_clips + 1.0) >= 1.0)
        is_decided = is_decided & (ops.exp(levels[:, -1]) <= rate)
        alarm = ops.cast(p_value <= rate, "int32")
        return {
            "p_value": ops.where(is_known, p_value, np.nan),
            "decision": ops.where(is_decided, alarm, -1),
        }

    def compute_output_spec(self, anomaly_score, key, false_alarm_rate=None):
        shape = anomaly_score.shape
        return {
            "p_value": keras.KerasTensor(shape, "float32"),
            "decision": keras.KerasTensor(shape, "int32"),
        }

    def get_config(self):
        return {
            **super().get_config(),
            "num_keys": self.num_keys,
            "num_knots": self.num_knots,
            "false_alarm_rate": self.false_alarm_rate,
        }


def _as_table(curve: tuple[ArrayLike, ArrayLike]) -> np.ndarray:
    """Knots `(knots, 2)` as float32 holds them, each score once.

    >>> _as_table(([0.0, 1.0, 1.0], [0.0, -1.0, -2.0])).tolist()
    [[0.0, 0.0], [1.0, -1.0]]
    """
    scores, levels = (np.asarray(part, "float32") for part in curve)
    is_curve = scores.ndim == 1 and scores.shape == levels.shape and scores.size
    if not (
        is_curve
        and np.isfinite([scores, levels]).all()
        and (np.diff(scores) >= 0).all()
        and (np.diff(levels) <= 0).all()
        and levels[0] <= 0
    ):
        raise ValueError(
            "A curve must be finite scores that do not fall and as many "
            "logarithms of p-values that do not rise. Received: scores of "
            f"shape {scores.shape} and logarithms of shape {levels.shape}. "
            "Sort the knots by their scores."
        )
    _, first = np.unique(scores, return_index=True)
    return np.column_stack([scores, levels])[first]
