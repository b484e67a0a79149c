"""Validity check of recordings."""

import keras
import numpy as np
from keras import ops

from keras_asd.checks import check_counts
from keras_asd.numerics import is_finite
from keras_asd.problems import PROBLEMS

# Half a step of 16 bits has -96 dB: below it no recording is usable.
SILENCE_DB = -96.0
# Full scale of 16 bits is 0.99997; a resampled rail comes a little short.
FULL_SCALE = 0.999
# Clipping is allowed at so many times the worst normal clip's share of
# samples at full scale, and always up to the least share.
SHARE_FACTOR = 2.0
LEAST_SHARE = 1e-3
# Limits before `fit`, of lowest level, highest level and share: any clip
# keeps to them. Finite, since a product of zero and infinity is none.
NO_LIMITS = (-1e6, 1e6, 1e6)


@keras.saving.register_keras_serializable(package="keras_asd")
class RecordingCheck(keras.layers.Layer):
    """Index of the reason why a recording is not valid, clip by clip.

    A clip of an unknown machine, with samples that are not finite, or
    without a sound is recognised as such. Clipping and a wrong level are known
    from the normal clips of the same key that `fit` has seen: the level
    must lie within `tolerance_db` of theirs. Always computed in float32.

    Args:
        num_keys: Integer, number of machines or sections.
        tolerance_db: Float, decibels beyond the levels of normal clips.

    Call arguments:
        waveform: `(batch, samples)` in [-1, 1], of any length.
        key: Integers `(batch,)`; outside `[0, num_keys)` for unknown ones.

    Returns:
        Integers `(batch,)`, indices of `PROBLEMS`, 0 for a valid clip.

    Raises:
        ValueError: For no keys, a tolerance that is not positive, or
            measures that `fit` cannot use.

    >>> check = RecordingCheck(num_keys=1)
    >>> hum = 0.1 * np.sin(np.arange(16_000))[None]
    >>> _ = check.fit(check.measure(hum), [0])
    >>> clips = np.concatenate([hum, hum / 100, hum * 0, hum * 100])
    >>> indices = check(np.clip(clips, -1, 1), np.zeros(4, "int32"))
    >>> [PROBLEMS[index] for index in np.array(indices)]
    ['', 'level', 'silent', 'clipped']
    """

    def __init__(self, num_keys, tolerance_db=20.0, **kwargs):
        super().__init__(**{"dtype": "float32", "trainable": False, **kwargs})
        check_counts(num_keys=num_keys)
        if not 0 < tolerance_db < np.inf:
            raise ValueError(
                "`tolerance_db` must be a positive number of decibels. "
                f"Received: tolerance_db={tolerance_db}."
            )
        self.num_keys = num_keys
        self.tolerance_db = tolerance_db

    def build(self, input_shape=None):
        self.limits = self.add_weight(
            shape=(self.num_keys, 3), initializer="zeros", name="limits"
        )
        self.limits.assign(np.tile(NO_LIMITS, (self.num_keys, 1)))
        self.built = True

    def measure(self, waveform):
        """Level and clipping of clips `(batch, samples)`.

        Returns:
            `(batch, 2)`: the root mean square around the mean in decibels
            of full scale, and the share of samples at full scale.
        """
        waveform = ops.cast(waveform, "float32")
        # So high that no recording comes near, so low that squares add up.
        waveform = ops.clip(waveform, -1e6, 1e6)
        centred = waveform - ops.mean(waveform, axis=-1, keepdims=True)
        power = ops.mean(ops.square(centred), axis=-1)
        level = 10.0 * ops.log10(ops.maximum(power, 1e-12))
        is_full = ops.cast(ops.abs(waveform) >= FULL_SCALE, "float32")
        return ops.stack([level, ops.mean(is_full, axis=-1)], axis=-1)

    def fit(self, measures, keys):
        """Learns from normal clips what recordings of each key are like.

        Silent clips, and those more than twice the tolerance from the
        median level of their key, are taken for broken and left out. A key
        without clips keeps the limits that it had.

        Args:
            measures: `(clips, 2)` as `measure` gives them.
            keys: Integers `(clips,)`. A clip of two keys comes twice.

        Returns:
            The layer itself.
        """
        measures, keys = np.asarray(measures, "float64"), np.asarray(keys)
        if measures.shape != (len(keys), 2) or not np.isfinite(measures).all():
            raise ValueError(
                "`measures` must be finite, of shape `(clips, 2)`, with one "
                f"key a clip. Received: shape {measures.shape} for "
                f"{len(keys)} keys. Leave broken clips out."
            )
        if np.any((keys < 0) | (keys >= self.num_keys)):
            raise ValueError(
                f"`keys` must lie in [0, {self.num_keys}). Received: "
                f"{sorted(set(keys.tolist()))}."
            )
        if not self.built:
            self.build()
        limits = np.array(ops.convert_to_numpy(self.limits))
        for key in np.unique(keys):
            of_key = measures[(keys == key) & (measures[:, 0] > SILENCE_DB)]
            if len(of_key):
                limits[key] = self._limits_of(of_key)
        self.limits.assign(limits)
        return self

    def _limits_of(self, measures):
        distance = np.abs(measures[:, 0] - np.median(measures[:, 0]))
        is_ordinary = distance <= 2 * self.tolerance_db
        # Of two clips far from each other neither is the broken one.
        levels, shares = measures[is_ordinary | ~np.any(is_ordinary)].T
        return (
            levels.min() - self.tolerance_db,
            levels.max() + self.tolerance_db,
            max(LEAST_SHARE, SHARE_FACTOR * shares.max()),
        )

    def call(self, waveform, key):
        level, share = ops.unstack(self.measure(waveform), axis=-1)
        row = ops.one_hot(key, self.num_keys, dtype="float32")
        lowest, highest, full = ops.unstack(
            ops.matmul(row, self.limits), axis=-1
        )
        problems = {
            "unknown machine": (key < 0) | (key >= self.num_keys),
            "not finite": ~ops.all(is_finite(waveform), axis=-1),
            # Also where there is no sample, and no level.
            "silent": ~(level > SILENCE_DB),
            "clipped": share > full,
            "level": (level < lowest) | (level > highest),
        }
        problem = ops.zeros_like(level, dtype="int32")
        for name in reversed(problems):
            number = PROBLEMS.index(name)
            problem = ops.where(problems[name], number, problem)
        return ops.cast(problem, "int32")

    def get_config(self):
        return {
            **super().get_config(),
            "num_keys": self.num_keys,
            "tolerance_db": self.tolerance_db,
        }
