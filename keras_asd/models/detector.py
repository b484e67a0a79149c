"""Detector of anomalies: waveform and machine in, scores out."""

import keras
import numpy as np
from keras import ops

from keras_asd.checks import check_choice
from keras_asd.composite import Composite
from keras_asd.layers import RecordingCheck
from keras_asd.models.class_angle import class_angle
from keras_asd.models.clip_windows import cut_windows
from keras_asd.models.key_table import make_table
from keras_asd.models.key_table import take_rows
from keras_asd.models.sizes import read_embedding_dim
from keras_asd.models.sizes import read_samples
from keras_asd.models.sizes import read_sampling_rate
from keras_asd.numerics import is_finite
from keras_asd.problems import NO_SCORE
from keras_asd.problems import PROBLEMS
from keras_asd.scorers import Calibration
from keras_asd.scorers import CentreAngle

SETTINGS = ("keys", "groups", "long_clips", "short_clips", "window_step")
SIZES = ("samples", "sampling_rate")
LONG_CLIPS = ("window", "crop")
SHORT_CLIPS = ("tile", "pad")


@keras.saving.register_keras_serializable(package="keras_asd")
class AnomalyDetector(Composite, keras.Model):
    """Anomaly scores and decisions for clips of any length.

    A longer clip is cut into windows, evenly spaced from its start to its
    end, as few as possible and at most `window_step` apart; its score,
    embedding and angle are the means over them. A shorter clip is repeated
    or padded with zeros.

    Args:
        embedder: Embedder of `keras_asd.models`, or any `keras.Model` from
            waveforms `(batch, samples)` to vectors `(batch, embedding_dim)`.
        head: Layer from embeddings to a column for each class: cosines,
            logits or errors, named by its `gives`.
        scorer: Fitted layer of `keras_asd.scorers`; the published
            `CentreAngle` if `None`.
        keys: Dict from the name of a machine, `"<machine>/<section>"` or a
            bare `"<machine>"`, to its class indices.
        groups: Dict from the same names to the groups that the scorer was
            fitted on, for one that reads embeddings; `keys` if `None`. The
            score of a name is the least over its groups, or over its
            classes where the scorer reads the head.
        long_clips: String, `"window"`, or `"crop"`: the first window alone.
        short_clips: String, `"tile"` or `"pad"`.
        calibration: Fitted `Calibration` with a row for each of `keys`;
            without decisions if `None`.
        check: Fitted `RecordingCheck` with a row for each of `keys`; without
            limits of level and clipping if `None`.
        window_step: Integer, samples; the length of a window if `None`.
        samples: Integer, length of a window. The embedder's `samples`, or
            the length of its input, if `None`.
        sampling_rate: Integer, Hz, of the recordings; only exports need it.
            The embedder's `sampling_rate` if `None`.

    Call arguments:
        inputs: Dict of `waveform` `(batch, samples)` of any length and `key`
            `(batch,)`, the index of the machine's name in `keys`, and,
            optionally, the requested `false_alarm_rate` `(batch,)`; the
            calibration's if it is missing.

    Returns:
        Dict of `(batch,)` each, but for the `embedding`:

        - `anomaly_score`, larger is stranger; NaN for an unknown key and for
          a waveform that is not finite;
        - `p_value`, the share of normal clips of this key that would score
          as high, see `Calibration`;
        - `decision`: 1 for an alarm, 0 for none, -1 where none is possible:
          too few normal clips, or not `valid` (but an alarm stays an alarm);
        - `valid` and `problem`, whether the recording is valid, and if not,
          the index of the reason in `PROBLEMS` of `RecordingCheck`;
        - `embedding` `(batch, embedding_dim)`;
        - `angle`, degrees to the nearest of the key's class centres; -1 for
          a head without centres, such as `TotalError`.

    Raises:
        ValueError: For an unknown policy, no keys, a class index out of
            range, or an embedder whose length of waveform is not known.

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

    parts = ("embedder", "head", "scorer", "calibration", "check")

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
        samples=None,
        sampling_rate=None,
        **kwargs,
    ):
        super().__init__(autocast=False, **kwargs)
        check_choice("long_clips", long_clips, LONG_CLIPS)
        check_choice("short_clips", short_clips, SHORT_CLIPS)
        self.embedder = embedder
        self.head = head
        self.scorer = CentreAngle() if scorer is None else scorer
        self.reads_head = self.scorer.reads == "head"
        self.keys = {name: list(classes) for name, classes in keys.items()}
        groups = self.keys if groups is None else groups
        self.groups = {name: list(groups.get(name, ())) for name in self.keys}
        self.long_clips = long_clips
        self.short_clips = short_clips
        self.window_step = window_step
        self.samples = samples or read_samples(embedder)
        self.sampling_rate = sampling_rate or read_sampling_rate(embedder)
        self.embedding_dim = read_embedding_dim(embedder, self.samples)
        self.class_table = self.group_table = make_table(
            "keys", self.keys, head.num_classes, self.reads_head
        )
        if not self.reads_head:
            number = self.scorer.num_groups
            self.group_table = make_table("groups", self.groups, number)
        # Not fitted: no p-values, no limits.
        self.calibration = calibration or Calibration(len(self.keys), 2)
        self.check = check or RecordingCheck(len(self.keys))
        self.build(None)

    def build(self, input_shape):
        shape = (None, self.embedding_dim)
        scored = (None, self.head.num_classes) if self.reads_head else shape
        for layer, given in (
            (self.head, shape),
            (self.scorer, scored),
            (self.calibration, None),
            (self.check, None),
        ):
            if not layer.built:
                layer.build(given)
        self.built = True

    def call(self, inputs):
        waveform = ops.cast(inputs["waveform"], "float32")
        key = ops.cast(inputs["key"], "int32")
        embedding, num_windows = self._embed_windows(waveform)
        # A sum: what `repeat` becomes, ONNX Runtime refuses.
        keys = key[:, None] + ops.zeros((1, num_windows), dtype="int32")
        keys = ops.reshape(keys, (-1,))
        outputs = {"embedding": embedding, **self.score(embedding, keys)}
        outputs = {
            name: self._mean_over_windows(output, num_windows)
            for name, output in outputs.items()
        }
        # Not every compiled convolution passes a NaN on.
        outputs["anomaly_score"] = score = ops.where(
            ops.all(is_finite(waveform), axis=-1),
            outputs["anomaly_score"],
            np.nan,
        )
        problem = self.check(waveform, key)
        is_unexplained = ops.equal(problem, 0) & ~is_finite(score)
        outputs["problem"] = ops.where(
            is_unexplained, PROBLEMS.index(NO_SCORE), problem
        )
        outputs["valid"] = ops.equal(outputs["problem"], 0)
        outputs |= self.calibration(score, key, inputs.get("false_alarm_rate"))
        # A recording that is not valid is never said to be normal.
        is_decided = outputs["valid"] | ops.equal(outputs["decision"], 1)
        outputs["decision"] = ops.where(is_decided, outputs["decision"], -1)
        return outputs

    def embed(self, waveform):
        """Embeddings `(batch, embedding_dim)` of clips of any length."""
        embedding, num_windows = self._embed_windows(
            ops.cast(waveform, "float32")
        )
        return self._mean_over_windows(embedding, num_windows)

    def _embed_windows(self, waveform):
        """Embeddings of all windows, and the number of windows of a clip."""
        windows = self.windows(waveform)
        flat = ops.reshape(windows, (-1, self.samples))
        embedding = ops.cast(self.embedder(flat, training=False), "float32")
        return embedding, ops.shape(windows)[1]

    def score(self, embedding, key):
        """Scores embeddings `(batch, embedding_dim)` of single windows.

        Returns:
            Dict of `anomaly_score` and `angle`, `(batch,)` each.
        """
        output = self.head(embedding)
        if len(output.shape) == 3:
            output = ops.max(output, axis=-1)
        scores = self.scorer(output if self.reads_head else embedding)
        is_group = take_rows(self.group_table, key)
        least = ops.min(ops.where(is_group, scores, np.inf), axis=-1)
        is_known = ops.any(is_group, axis=-1)
        is_class = take_rows(self.class_table, key)
        return {
            "anomaly_score": ops.where(is_known, least, np.nan),
            "angle": class_angle(self.head, embedding, output, is_class),
        }

    def with_parts(self, **parts):
        """The same detector with other constructor arguments.

        Without a new `calibration`, a new `scorer` gives no decisions.
        """
        if "scorer" in parts:
            parts = {"calibration": None, **parts}
        names = self.parts + SETTINGS + SIZES
        same = {name: getattr(self, name) for name in names}
        return AnomalyDetector(**(same | parts))

    def windows(self, waveform):
        """Cuts `(batch, n)` into `(batch, num_windows, samples)`."""
        return cut_windows(
            waveform,
            self.samples,
            is_cropped=self.long_clips == "crop",
            is_padded=self.short_clips == "pad",
            step=self.window_step,
        )

    def _mean_over_windows(self, output, num_windows):
        shape = (-1, num_windows, *output.shape[1:])
        return ops.mean(ops.reshape(output, shape), axis=1)

    def get_config(self):
        settings = {name: getattr(self, name) for name in SETTINGS + SIZES}
        return {**super().get_config(), **settings}
