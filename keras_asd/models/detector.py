"""Waveform and machine in, anomaly score out."""

import keras
import numpy as np
from keras import ops

from keras_asd.finite import is_finite
from keras_asd.layers import RecordingCheck
from keras_asd.models.class_angle import class_angle
from keras_asd.models.clip_windows import cut_windows
from keras_asd.models.key_table import make_table
from keras_asd.models.key_table import take_rows
from keras_asd.scorers import Calibration
from keras_asd.scorers import CentreAngle

PARTS = ("embedder", "head", "scorer", "calibration", "check")
SETTINGS = ("keys", "groups", "long_clips", "short_clips", "window_step")
LONG_CLIPS = ("window", "crop")
SHORT_CLIPS = ("tile", "pad")


@keras.saving.register_keras_serializable(package="keras_asd")
class AnomalyDetector(keras.Model):
    """Scores clips of any length against what their machine should be.

    A longer clip is cut into windows, evenly spaced from its start to its
    end, as few as there can be no farther apart than `window_step`; its
    score, embedding and angle are the means over them. A shorter one is
    repeated or padded with zeros.

    Args:
        embedder: Any embedder of `keras_asd.models`.
        head: A layer from embeddings to a column for each class: cosines,
            logits or errors, as its `gives` says.
        scorer: A fitted layer of `keras_asd.scorers`; the published
            `CentreAngle` if `None`.
        keys: Dict from the name of a machine, `"<machine>/<section>"` or a
            bare `"<machine>"`, to its class indices.
        groups: Dict from the same names to the groups that the scorer was
            fitted on, for one that reads embeddings; `keys` if `None`. The
            score of a name is the least over its groups, or over its
            classes where the scorer reads the head.
        long_clips: `"window"`, or `"crop"`: only the first window counts.
        short_clips: `"tile"` or `"pad"`.
        calibration: A fitted `Calibration` with a row for each of `keys`;
            without decisions if `None`.
        check: A fitted `RecordingCheck`, likewise; one without limits of
            level and clipping if `None`.
        window_step: Integer, samples; the length of a window if `None`.

    Call arguments:
        inputs: Dict of `waveform` `(batch, samples)` of any length and `key`
            `(batch,)`, the integer place of the machine's name in `keys`,
            and, optionally, `false_alarm_rate` `(batch,)`, the share of
            normal clips that may raise an alarm; else the calibration's.

    Returns:
        Dict of `(batch,)` each, but for the `embedding`:

        - `anomaly_score`, larger is stranger; NaN for a key outside and for
          a waveform that is not finite;
        - `p_value`, the share of normal clips of this key that would score
          as high, see `Calibration`;
        - `decision`: 1 for an alarm, 0 for none, -1 for nothing to say: too
          few normal clips, or not `valid` (but an alarm stays an alarm);
        - `valid` and `problem`, whether the clip is sound, and if not, its
          place in `PROBLEMS` of `RecordingCheck`;
        - `embedding` `(batch, embedding_dim)`;
        - `angle`, degrees to the nearest of the key's class centres; -1
          where the head has none, such as `TotalError`.

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
        calibration=None,
        check=None,
        window_step=None,
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
        self.window_step = window_step
        self.is_own_class = make_table("keys", self.keys, head.num_classes)
        self.is_own_group = self.is_own_class
        if self.scorer.reads == "embedding":
            self.is_own_group = make_table(
                "groups", self.groups, self.scorer.num_groups
            )
        # Without state of its own: no p-value, no limit.
        self.calibration = calibration or Calibration(len(self.keys), 2)
        self.check = check or RecordingCheck(len(self.keys))
        self.build(None)

    def build(self, input_shape):
        shape = (None, self.embedder.embedding_dim)
        if not self.head.built:
            self.head.build(shape)
        if self.scorer.reads == "head":
            shape = (None, self.head.num_classes)
        if not self.scorer.built:
            self.scorer.build(shape)
        for layer in (self.calibration, self.check):
            if not layer.built:
                layer.build(None)
        self.built = True

    def call(self, inputs):
        waveform = ops.cast(inputs["waveform"], "float32")
        key = ops.cast(inputs["key"], "int32")
        flat, num_windows = self._flat_windows(waveform)
        embedding = ops.cast(self.embedder(flat, training=False), "float32")
        # A sum: what `repeat` becomes, ONNX Runtime refuses.
        keys = key[:, None] + ops.zeros((1, num_windows), dtype="int32")
        keys = ops.reshape(keys, (-1,))
        outputs = {"embedding": embedding, **self.score(embedding, keys)}
        outputs = {
            name: self._mean_over_windows(output, num_windows)
            for name, output in outputs.items()
        }
        # Not every compiled convolution hands a NaN on.
        is_sound = ops.all(is_finite(waveform), axis=-1)
        outputs["anomaly_score"] = ops.where(
            is_sound, outputs["anomaly_score"], np.nan
        )
        problem = self.check(waveform, key)
        outputs |= {"problem": problem, "valid": ops.equal(problem, 0)}
        judged = self.calibration(
            outputs["anomaly_score"], key, inputs.get("false_alarm_rate")
        )
        # Of a clip that is not sound, nobody says that all is well.
        is_told = outputs["valid"] | ops.equal(judged["decision"], 1)
        judged["decision"] = ops.where(is_told, judged["decision"], -1)
        return outputs | judged

    def embed(self, waveform):
        """Embeddings `(batch, embedding_dim)` of clips of any length."""
        waveform = ops.cast(waveform, "float32")
        flat, num_windows = self._flat_windows(waveform)
        embedding = ops.cast(self.embedder(flat, training=False), "float32")
        return self._mean_over_windows(embedding, num_windows)

    def _flat_windows(self, waveform):
        windows = self.windows(waveform)
        flat = ops.reshape(windows, (-1, self.embedder.samples))
        return flat, ops.shape(windows)[1]

    def score(self, embedding, key):
        """Scores embeddings `(batch, embedding_dim)` of single windows.

        Returns:
            Dict of `anomaly_score` and `angle`, `(batch,)` each.
        """
        output = self.head(embedding)
        if len(output.shape) == 3:
            output = ops.max(output, axis=-1)
        reads_head = self.scorer.reads == "head"
        scores = self.scorer(output if reads_head else embedding)
        is_own = take_rows(self.is_own_group, key)
        least = ops.min(ops.where(is_own, scores, np.inf), axis=-1)
        is_known = ops.any(is_own, axis=-1)
        return {
            "anomaly_score": ops.where(is_known, least, np.nan),
            "angle": class_angle(
                self.head, embedding, output, take_rows(self.is_own_class, key)
            ),
        }

    def with_parts(self, **parts):
        """The same detector with other constructor arguments.

        Another `scorer` asks for another `calibration`: without one there
        are no decisions.
        """
        if "scorer" in parts:
            parts = {"calibration": None, **parts}
        own = {name: getattr(self, name) for name in PARTS + SETTINGS}
        return AnomalyDetector(**(own | parts))

    def windows(self, waveform):
        """Cuts `(batch, n)` into `(batch, num_windows, samples)`."""
        return cut_windows(
            waveform,
            self.embedder.samples,
            is_cropped=self.long_clips == "crop",
            is_padded=self.short_clips == "pad",
            step=self.window_step,
        )

    def _mean_over_windows(self, output, num_windows):
        shape = (-1, num_windows, *output.shape[1:])
        return ops.mean(ops.reshape(output, shape), axis=1)

    def get_config(self):
        parts = {
            name: keras.saving.serialize_keras_object(getattr(self, name))
            for name in PARTS
        }
        settings = {name: getattr(self, name) for name in SETTINGS}
        return {**super().get_config(), **parts, **settings}

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        for name in PARTS:
            # Detectors of earlier versions have neither check nor calibration.
            config[name] = keras.saving.deserialize_keras_object(
                config.get(name)
            )
        return cls(**config)
