"""Speed of front-ends, training step and inference of TASTgram-MFN.

Made of `keras_asd` alone, so it runs wherever Keras does, without
TensorFlow too. A batch travels from NumPy and back, as in real use.
"""

import keras
import numpy as np

from benchmarks.measurement import Measurement
from benchmarks.measurement import rate
from keras_asd.layers import ClassCosine
from keras_asd.layers import LogMelSpectrogram
from keras_asd.layers import Tgram
from keras_asd.losses import NoisyArcMix
from keras_asd.models import AnomalyDetector
from keras_asd.models import Classifier
from keras_asd.models import Embedder
from keras_asd.scorers import CentreAngle

NUM_CLASSES = 41
SAMPLING_RATE = 16_000


def measure(is_quick: bool = False) -> list[Measurement]:
    """Measures each of the four on random waveforms of the preset's batch."""
    seconds, batch, width = (1, 4, 0.25) if is_quick else (10, 64, 1.0)
    repeats = 1 if is_quick else 5
    size = f"{batch} clips of {seconds} s"
    samples = seconds * SAMPLING_RATE
    generator = np.random.default_rng(0)
    waveform = generator.uniform(-0.5, 0.5, (batch, samples))
    waveform = waveform.astype("float32")
    rows = []
    for name, layer in (
        ("log-Mel", LogMelSpectrogram()),
        ("Tgram", Tgram()),
    ):
        front_end = keras.Sequential([keras.Input((samples,)), layer])
        speed = rate(
            lambda: front_end.predict_on_batch(waveform),  # noqa: B023
            batch,
            repeats,
        )
        rows.append(Measurement(f"front-end {name}, {size}", speed, "clips/s"))
    embedder = Embedder(samples=samples, width=width)
    head = ClassCosine(NUM_CLASSES)
    classifier = compiled(
        Classifier(embedder, head), NoisyArcMix(margin=0.7, scale=30.0)
    )
    inputs, targets = mixed_batch(waveform, generator)
    # Its losses come back as numbers, so every step is waited for.
    speed = rate(
        lambda: classifier.train_on_batch(inputs, targets), batch, repeats
    )
    rows.append(
        Measurement(
            f"training step, {size}",
            speed,
            "clips/s",
            at_least=None if is_quick else 10,
        )
    )
    detector = AnomalyDetector(embedder, head, CentreAngle(), {"fan": [0]})
    questions = {"waveform": waveform, "key": np.zeros(batch, "int32")}
    speed = rate(lambda: detector.predict_on_batch(questions), batch, repeats)
    rows.append(
        Measurement(
            f"batch inference, {size}",
            speed,
            "clips/s",
            at_least=None if is_quick else 50,
        )
    )
    return rows


def compiled(classifier: Classifier, loss: keras.losses.Loss) -> Classifier:
    """The classifier, compiled as `train` compiles it.

    >>> model = Classifier(Embedder(samples=16_000, width=0.25), ClassCosine(2))
    >>> type(compiled(model, NoisyArcMix()).optimizer).__name__
    'AdamW'
    """
    classifier.compile(
        optimizer=keras.optimizers.AdamW(1e-4, weight_decay=0.01, epsilon=1e-8),
        loss=loss,
    )
    return classifier


def mixed_batch(waveform: np.ndarray, generator: np.random.Generator) -> tuple:
    """Inputs and targets of a training with Noisy-ArcMix, at random.

    >>> clips = np.zeros((4, 16_000), "float32")
    >>> inputs, targets = mixed_batch(clips, np.random.default_rng(0))
    >>> targets.shape
    (4, 2, 41)
    """
    batch = len(waveform)
    weight = np.full(batch, 0.7, "float32")
    partner = generator.permutation(batch).astype("int32")
    one_hot = np.eye(NUM_CLASSES, dtype="float32")[
        generator.integers(0, NUM_CLASSES, batch)
    ]
    first = weight[:, None] * one_hot
    second = (1 - weight[:, None]) * one_hot[partner]
    inputs = {
        "waveform": waveform,
        "mix_weight": weight,
        "mix_partner": partner[None],
    }
    return inputs, np.stack([first, second], axis=1)
