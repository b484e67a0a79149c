"""Detectors that embed long windows one by one, for speed on processors."""

import keras
import tensorflow as tf

from keras_asd.models import AnomalyDetector
from pipelines.exporting.frozen_function import freeze

# Shorter windows gain less than the loop costs.
LEAST_SAMPLES = 80_000
# Windows on their way at once, where TensorFlow has threads for them.
NUM_PARALLEL = 4


def one_by_one(detector: AnomalyDetector) -> AnomalyDetector:
    """Returns a detector whose embedder takes one window after the other.

    Intermediate results of a single window stay in the processor's cache, and
    memory grows neither with the batch nor with the length of a recording.
    Its weights are constants: it is for a SavedModel, and cannot be saved as
    a Keras model. A detector with windows of less than `LEAST_SAMPLES` is
    returned as it is.

    Args:
        detector: Detector on the TensorFlow backend. It is not changed.

    >>> from pipelines.settings.embedders import MobileFaceNet
    >>> from pipelines.training.assembly import make_detector
    >>> from pipelines.settings.config import Config
    >>> from pipelines.runs.labels import LabelMap
    >>> config = Config(MobileFaceNet(width=0.25), clip_seconds=1.0)
    >>> detector = make_detector(config, LabelMap(("a", "b"), {"fan": (0, 1)}))
    >>> one_by_one(detector) is detector
    True
    """
    samples = detector.samples
    if samples < LEAST_SAMPLES:
        return detector
    looped = detector.with_parts(
        embedder=_OneByOne(detector),
        calibration=detector.calibration,
    )
    # Most clips are as long as a window: to gather their samples takes time.
    looped.windows = lambda waveform: tf.cond(
        tf.shape(waveform)[1] == samples,
        lambda: waveform[:, None],
        lambda: detector.windows(waveform),
    )
    return looped


class _OneByOne(keras.layers.Layer):
    """An embedder in a loop over the windows."""

    def __init__(self, detector):
        super().__init__(autocast=False)
        embedder = detector.embedder
        frozen = freeze(
            lambda window: {"embedding": embedder(window, training=False)},
            tf.TensorSpec([1, detector.samples], tf.float32),
        )
        # As a function of its own its constants stay constants: within the
        # loop, TensorFlow would take a kernel for something that may change.
        self.embed_one = tf.function(
            frozen.python_function,
            input_signature=frozen.input_signature,
            autograph=False,
            experimental_attributes={"_noinline": True},
        )
        self.samples = detector.samples
        self.sampling_rate = detector.sampling_rate
        self.embedding_dim = detector.embedding_dim

    def call(self, waveform, training=None):
        return tf.map_fn(
            self._embed_one,
            waveform,
            parallel_iterations=NUM_PARALLEL,
            fn_output_signature=tf.TensorSpec([self.embedding_dim]),
        )

    def _embed_one(self, window):
        embedding = self.embed_one(window[None])["embedding"]
        return tf.cast(embedding[0], tf.float32)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.embedding_dim)
