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
        embedder: Any embedder of `keras_asd.models`.
        head: A layer from embeddings to cosines, such as `ClassCosine` or
            `SubclusterCosine`.
        scorer: A fitted layer of `keras_asd.scoring`; the published
            `CentreAngle` if `None`.
        keys: Dict from the name of a machine, `"<machine>/<section>"` or a
            bare `"<machine>"`, to its class indices.
        groups: Dict from the same names to the groups that the scorer was
            fitted on, for one that reads embeddings; `keys` if `None`. The
            score of a name is the least over its groups, or over its
            classes where the scorer reads cosines.
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
        groups=None,
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
        chosen = self.keys if groups is None else groups
        self.groups = {name: list(chosen.get(name, ())) for name in self.keys}
        self.long_clips = long_clips
        self.short_clips = short_clips
        self.is_own_class = make_table("keys", self.keys, head.num_classes)
        self.is_own_group = self.is_own_class
        if self.scorer.reads == "embedding":
            self.is_own_group = make_table(
                "groups", self.groups, self.scorer.num_groups
            )
        self.build(None)

    def build(self, input_shape):
        shape = (None, self.embedder.embedding_dim)
        if not self.head.built:
            self.head.build(shape)
        if self.scorer.reads == "cosine":
            shape = (None, self.head.num_classes)
        if not self.scorer.built:
            self.scorer.build(shape)
        self.built = True

    def call(self, inputs):
        waveform = ops.cast(inputs["waveform"], "float32")
        windows = self.windows(waveform)
        num_windows = ops.shape(windows)[1]
        flat = ops.reshape(windows, (-1, self.embedder.samples))
        embedding = ops.cast(self.embedder(flat, training=False), "float32")
        key = ops.repeat(inputs["key"], num_windows, axis=0)
        outputs = {"embedding": embedding, **self.score(embedding, key)}
        # Not every compiled convolution hands a NaN on.
        is_sound = ops.all(ops.isfinite(flat), axis=-1)
        outputs["anomaly_score"] = ops.where(
            is_sound, outputs["anomaly_score"], np.nan
        )
        return {
            name: self._mean_over_windows(output, num_windows)
            for name, output in outputs.items()
        }

    def score(self, embedding, key):
        """Scores embeddings `(batch, embedding_dim)` of single windows.

        Returns:
            Dict of `anomaly_score` and `angle`, `(batch,)` each.
        """
        cosine = self.head(embedding)
        if len(cosine.shape) == 3:
            cosine = ops.max(cosine, axis=-1)
        place = ops.one_hot(key, len(self.keys))
        is_own = ops.matmul(place, self.is_own_class) > 0
        nearest = ops.max(ops.where(is_own, cosine, -1.0), axis=-1)
        reads_cosine = self.scorer.reads == "cosine"
        scores = self.scorer(cosine if reads_cosine else embedding)
        is_own = ops.matmul(place, self.is_own_group) > 0
        least = ops.min(ops.where(is_own, scores, np.inf), axis=-1)
        is_known = ops.any(is_own, axis=-1)
        angle = ops.arccos(ops.clip(nearest, -1.0, 1.0))
        return {
            "anomaly_score": ops.where(is_known, least, np.nan),
            "angle": angle * (180.0 / np.pi),
        }

    def with_scorer(self, scorer):
        """The same detector with another fitted scorer."""
        return AnomalyDetector(
            self.embedder,
            self.head,
            scorer,
            self.keys,
            self.groups,
            self.long_clips,
            self.short_clips,
        )

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
            "groups": self.groups,
            "long_clips": self.long_clips,
            "short_clips": self.short_clips,
        }

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        for name in ("embedder", "head", "scorer"):
            config[name] = keras.saving.deserialize_keras_object(config[name])
        return cls(**config)


def make_table(argument, names, num_columns):
    """Zeros and ones `(names, columns)`: which columns each name owns.

    Raises:
        ValueError: If a name owns none, or one that is not there.

    >>> make_table("keys", {"fan": [0], "pump": [1]}, 2).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    table = np.zeros((len(names), num_columns), dtype="float32")
    for row, (name, columns) in enumerate(names.items()):
        if not columns or not all(0 <= k < num_columns for k in columns):
            raise ValueError(
                f"`{argument}` must give each machine indices below "
                f"{num_columns}. Received: {name!r}: {columns}."
            )
        table[row, columns] = 1.0
    if not len(table):
        raise ValueError(f"`{argument}` must name at least one machine.")
    return table
