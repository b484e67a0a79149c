"""Front-ends and networks of both papers, as an accelerator runs them.

Made of `keras_asd` alone, so it runs on JAX without TensorFlow.
"""

from collections.abc import Callable
from collections.abc import Iterator
from typing import Any
from typing import NamedTuple

import keras
import numpy as np

from benchmarks.model import NUM_CLASSES
from benchmarks.model import SAMPLING_RATE
from benchmarks.model import compiled
from benchmarks.model import mixed_batch
from keras_asd.layers import ClassCosine
from keras_asd.layers import LogMelSpectrogram
from keras_asd.layers import MagnitudeSpectrogram
from keras_asd.layers import SubclusterCosine
from keras_asd.layers import Tgram
from keras_asd.losses import NoisyArcMix
from keras_asd.losses import SubclusterAdaCos
from keras_asd.models import AnomalyDetector
from keras_asd.models import Classifier
from keras_asd.models import DualBranchEmbedder
from keras_asd.models import Embedder
from keras_asd.scorers import CentreAngle


class Measured(NamedTuple):
    """What is timed.

    Args:
        title: What it is.
        run: Function that runs it once, and waits for it.
        compute: Function that gives a tensor from where it runs.
        classifier: What is trained, if anything is.
    """

    title: str
    run: Callable[[], object]
    compute: Callable[[], Any]
    classifier: Any = None

    def check_device(self, kind: str) -> None:
        """Passes what runs on a device of that kind, `"gpu"` say.

        Raises:
            RuntimeError: If it runs elsewhere.

        >>> here = Measured("sum", lambda: None, lambda: keras.ops.ones(2))
        >>> here.check_device("abacus")
        Traceback (most recent call last):
        RuntimeError: 'sum' must run on the abacus. Received: ...
        """
        tensor = keras.ops.convert_to_tensor(self.compute())
        if keras.backend.backend() == "jax":
            [device] = tensor.devices()
            found = device.platform
        else:
            found = str(tensor.device)
        if kind not in found.lower():
            raise RuntimeError(
                f"{self.title!r} must run on the {kind}. Received: {found}."
            )


def front_ends(waveform: np.ndarray) -> Iterator[Measured]:
    """The front-ends of both papers, from and to NumPy.

    >>> [one.title for one in front_ends(np.zeros((1, 16_000), "float32"))]
    ['log-Mel', 'Tgram', 'magnitude spectrogram']
    """
    for title, layer in (
        ("log-Mel", LogMelSpectrogram()),
        ("Tgram", Tgram()),
        ("magnitude spectrogram", MagnitudeSpectrogram()),
    ):
        model = keras.Sequential([keras.Input(waveform.shape[1:]), layer])
        yield Measured(
            title,
            lambda model=model: model.predict_on_batch(waveform),
            lambda layer=layer: layer(waveform[:1]),
        )


def tastgram(
    waveform: np.ndarray, policy: str, width: float
) -> Iterator[Measured]:
    """Training step and inference of TASTgram-MFN with Noisy-ArcMix."""
    embedder = Embedder(samples=waveform.shape[1], width=width, dtype=policy)
    head = ClassCosine(NUM_CLASSES)
    draw = np.random.default_rng(0)
    yield from _network(
        "TASTgram-MFN",
        Classifier(embedder, head, dtype=policy),
        NoisyArcMix(margin=0.7, scale=30.0),
        mixed_batch(waveform, draw),
    )


def dual_branch(
    waveform: np.ndarray, policy: str, width: float
) -> Iterator[Measured]:
    """Training step and inference of two branches with sub-cluster AdaCos."""
    embedder = DualBranchEmbedder(
        samples=waveform.shape[1], width=width, dtype=policy
    )
    classes = np.random.default_rng(0).integers(0, NUM_CLASSES, len(waveform))
    yield from _network(
        "dual branch",
        Classifier(
            embedder,
            SubclusterCosine(NUM_CLASSES),
            mix_position="waveform",
            dtype=policy,
        ),
        SubclusterAdaCos(NUM_CLASSES),
        (waveform, np.eye(NUM_CLASSES, dtype="float32")[classes]),
    )


def _network(name, classifier, loss, batch):
    inputs, targets = batch
    compiled(classifier, loss)
    waveform = inputs["waveform"] if isinstance(inputs, dict) else inputs
    embedder = classifier.embedder
    yield Measured(
        f"{name}, training step",
        # Its losses come back as numbers, so every step is waited for.
        lambda: classifier.train_on_batch(inputs, targets),
        lambda: embedder(waveform[:1]),
        classifier,
    )
    detector = AnomalyDetector(
        embedder, classifier.head, CentreAngle(), {"fan": [0]}
    )
    questions = {
        "waveform": waveform,
        "key": np.zeros(len(waveform), "int32"),
    }
    yield Measured(
        f"{name}, inference",
        lambda: detector.predict_on_batch(questions),
        lambda: embedder(waveform[:1]),
    )


def noise(batch: int, seconds: int) -> np.ndarray:
    """Random waveforms, float32 `(batch, samples)`.

    >>> noise(2, 1).shape
    (2, 16000)
    """
    draw = np.random.default_rng(0).uniform
    return draw(-0.5, 0.5, (batch, seconds * SAMPLING_RATE)).astype("float32")
