"""A toy for the network of a trial, and objectives of which all is known."""

import keras
import keras_tuner
import numpy as np

from pipelines.settings.config import Config
from pipelines.settings.losses import NoisyArcMix

TINY = Config(
    loss=NoisyArcMix(mix_position="waveform"),
    clip_seconds=0.25,
    epochs=4,
    batch_size=16,
    holdout=0.2,
    learning_rate=1e-2,
    seed=5,
)


@keras.saving.register_keras_serializable(package="tests")
class ToyEmbedder(keras.Model):
    """Loudness of a few stretches, and a matrix: quickly trained."""

    def __init__(self, samples, **kwargs):
        super().__init__(**kwargs)
        self.samples = samples
        self.embedding_dim = 8
        self.stretches = keras.layers.Reshape((20, samples // 20))
        self.matrix = keras.layers.Dense(8)
        self.matrix.build((None, 20))
        self.built = True

    def call(self, waveform, training=None):
        loudness = keras.ops.mean(abs(self.stretches(waveform)), axis=-1)
        return self.matrix(10.0 * loudness)

    def get_config(self):
        return {**super().get_config(), "samples": self.samples}


class NoiseScore:
    """How low noises score: no good objective, but a quick one."""

    name = "val_level"

    def __init__(self):
        self.num_calls = 0

    def measure(self, detector, config):
        self.num_calls += 1
        generator = np.random.default_rng(0)
        noises = generator.normal(0, 0.1, (4, config.samples)).astype("float32")
        embedding = detector.embedder(noises)
        outputs = detector.score(embedding, np.zeros(4, "int32"))
        score = float(np.mean(outputs["anomaly_score"]))
        return {"val_level": -score, "val_level_part": 0.25}


class Scripted:
    """Values that are known beforehand, of the measured ones in turn."""

    name = "val_level"

    def __init__(self, *values):
        self.values = list(values)

    def measure(self, detector, config):
        return {"val_level": self.values.pop(0)}


class Kill(keras.callbacks.Callback):
    """Ends the process, as it were, before an epoch."""

    def __init__(self, epoch):
        super().__init__()
        self.epoch = epoch

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.epoch:
            raise KeyboardInterrupt


def try_values(hypermodel, run=None, values=None, **options):
    hp = keras_tuner.HyperParameters()
    hp.values.update(values or {})
    return hypermodel.fit(hp, hypermodel.build(hp), run, **options)
