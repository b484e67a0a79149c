"""Waveform and machine in, anomaly score out."""

import keras
import numpy as np
from keras import ops

from keras_asd.scoring import CentreAngle

LONG_CLIPS = ("window", "crop")
SHORT_CLIPS = ("tile", "pad")


@keras.saving.register_keras_serializable(package="keras_asd")
class AnomalyDetector(keras.Model):
    """Scores clips of any length against what their machine should be.

    A longer clip is cut into `ceil(clip / samples)` windows, evenly spaced
    from its start to its end, and its score, embedding and angle are the
    means over them. A shorter one is repeated or padded with zeros.

    Args:
        embedder: An `Embedder`.
        head: A layer from embeddings to cosines, such as `ClassCosine`.
        scorer: A layer from cosines to one score a class; the published
            `CentreAngle` if `None`.
        keys: Dict from the name of a machine, `"<machine>/<section>"` or a
            bare `"<machine>"`, to its class indices. The score of a key is
            the least over its classes.
        long_clips: `"window"`, or `"crop"`: only the first window counts.
        short_clips: `"tile"` or `"pad"`.

    Call arguments:
        inputs: Dict of `waveform` `(batch, samples)` of any length and `key`
            `(batch,)`, the integer place of the machine's name in `keys`; a
            place outside scores NaN, and so does a waveform that is not
            finite.

    Returns:
        Dict of `anomaly_score` `(batch,)`, larger is stranger, `embedding`
        `(batch, embedding_dim)` and `angle` `(batch,)`, degrees to the
        nearest of the key's class centres.

    Raises:
        ValueError: For an unknown policy, no keys, or a class index out of
            range.

    >>> from keras_asd.layers import ClassCosine
    >>> from keras_asd.models.embedder import Embedder
    >>> detector = AnomalyDetector(
    ...     Embedder(samples=16_000, width=0.25),
    ...     ClassCosine(2),
    ...     CentreAngle(margin=0.7, scale=30.0),
    ...     keys={"fan/id_00": [0], "fan/id_02": [1], "fan": [0, 1]},
    ... )
    >>> waveform = ops.ones((1, 40_000))
    >>> outputs = detector({"waveform": waveform, "key": ops.array([2])})
    >>> tuple(outputs["anomaly_score"].shape)
    (1,)
    """

    def __init__(
        self,
        embedder,
        head,
        scorer,
        keys,
        long_clips="window",
        short_clips="tile",
        **kwargs,
    ):
        super().__init__(autocast=False, **kwargs)
        for name, value, allowed in (
            ("long_clips", long_clips, LONG_CLIPS),
            ("short_clips", short_clips, SHORT_CLIPS),
        ):
            if value not in allowed:
                raise ValueError(
                    f"`{name}` must be one of {', '.join(map(repr, allowed))}."
                    f" Received: {name}={value!r}."
                )
        self.embedder = embedder
        self.head = head
        self.scorer = CentreAngle() if scorer is None else scorer
        self.keys = {name: list(classes) for name, classes in keys.items()}
        self.long_clips = long_clips
        self.short_clips = short_clips
        self.is_own_class = self._make_table(head.num_classes)
        self.build(None)

    def _make_table(self, num_classes):
        table = np.zeros((len(self.keys), num_classes), dtype="float32")
        for row, (name, classes) in enumerate(self.keys.items()):
            if not classes or not all(0 <= k < num_classes for k in classes):
                raise ValueError(
                    "`keys` must give each machine class indices below "
                    f"{num_classes}. Received: {name!r}: {classes}."
                )
            table[row, classes] = 1.0
        if not len(table):
            raise ValueError("`keys` must name at least one machine.")
        return table

    def build(self, input_shape):
        if not self.head.built:
            self.head.build((None, self.embedder.embedding_dim))
        self.scorer.build((None, self.head.num_classes))
        self.built = True

    def call(self, inputs):
        waveform = ops.cast(inputs["waveform"], "float32")
        windows = self.windows(waveform)
        num_windows = ops.shape(windows)[1]
        flat = ops.reshape(windows, (-1, self.embedder.samples))
        embedding = ops.cast(self.embedder(flat, training=False), "float32")
        cosine = self.head(embedding)
        is_own = ops.matmul(
            ops.one_hot(inputs["key"], len(self.keys)), self.is_own_class
        )
        is_own = ops.repeat(is_own, num_windows, axis=0) > 0
        nearest = ops.max(ops.where(is_own, cosine, -1.0), axis=-1)
        scores = ops.where(is_own, self.scorer(cosine), np.inf)
        least = ops.min(scores, axis=-1)
        # Not every compiled convolution hands a NaN on.
        is_sound = ops.all(ops.isfinite(flat), axis=-1)
        is_known = ops.any(is_own, axis=-1)
        least = ops.where(is_known & is_sound, least, np.nan)
        outputs = {
            "anomaly_score": least,
            "embedding": embedding,
            "angle": ops.arccos(nearest) * (180.0 / np.pi),
        }
        return {
            name: self._mean_over_windows(output, num_windows)
            for name, output in outputs.items()
        }

    def windows(self, waveform):
        """Cuts `(batch, n)` into `(batch, num_windows, samples)`."""
        samples = self.embedder.samples
        length = ops.shape(waveform)[1]
        is_cropped = self.long_clips == "crop"
        num_windows = 1 if is_cropped else -(-length // samples)
        number = ops.arange(num_windows, dtype="int32")
        surplus = ops.maximum(length - samples, 0)
        gaps = ops.maximum(num_windows - 1, 1)
        # number * surplus // gaps, within 32 bits.
        starts = number * (surplus // gaps) + number * (surplus % gaps) // gaps
        places = starts[:, None] + ops.arange(samples, dtype="int32")
        windows = ops.take(waveform, places % length, axis=1)
        if self.short_clips == "pad":
            windows = windows * ops.cast(places < length, "float32")
        return windows

    def _mean_over_windows(self, output, num_windows):
        shape = (-1, num_windows, *output.shape[1:])
        return ops.mean(ops.reshape(output, shape), axis=1)

    def get_config(self):
        parts = {
            name: keras.saving.serialize_keras_object(getattr(self, name))
            for name in ("embedder", "head", "scorer")
        }
        return {
            **super().get_config(),
            **parts,
            "keys": self.keys,
            "long_clips": self.long_clips,
            "short_clips": self.short_clips,
        }

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        for name in ("embedder", "head", "scorer"):
            config[name] = keras.saving.deserialize_keras_object(config[name])
        return cls(**config)
