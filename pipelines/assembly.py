"""Networks put together as a configuration says."""

import keras

from keras_asd.layers import ClassCosine
from keras_asd.losses import ArcFace
from keras_asd.losses import ArcMix
from keras_asd.losses import NoisyArcMix
from keras_asd.metrics import MarginFreeAccuracy
from keras_asd.models import AnomalyDetector
from keras_asd.models import Classifier
from keras_asd.models import Embedder
from keras_asd.scoring import CentreAngle
from pipelines.config import Config
from pipelines.labels import LabelMap

LOSSES = {"arcface": ArcFace, "arcmix": ArcMix, "noisy_arcmix": NoisyArcMix}


def make_embedder(config: Config, dtype: str = "float32") -> Embedder:
    """The embedder of a configuration, with fresh weights.

    >>> make_embedder(Config(clip_seconds=1.0, width=0.25)).samples
    16000
    """
    return Embedder(
        preset=config.front_end,
        samples=config.samples,
        sampling_rate=config.sampling_rate,
        channels=config.channels,
        gate=config.gate,
        stages=config.stages,
        num_mel_bins=config.num_mel_bins,
        embedding_dim=config.embedding_dim,
        width=config.width,
        dtype=dtype,
    )


def make_classifier(config: Config, num_classes: int) -> Classifier:
    """The compiled classifier of a configuration, ready for `fit`.

    AdamW has PyTorch's settings, as the published code does. Half precision
    is float16 with loss scaling on a GPU and bfloat16 elsewhere.

    >>> config = Config(clip_seconds=1.0, width=0.25)
    >>> make_classifier(config, num_classes=3).head.num_classes
    3
    """
    devices = keras.distribution.list_devices()
    has_gpu = any(device.startswith("gpu") for device in devices)
    half = "mixed_float16" if has_gpu else "mixed_bfloat16"
    dtype = half if config.mixed_precision else "float32"
    classifier = Classifier(
        make_embedder(config, dtype),
        ClassCosine(num_classes),
        config.mix_position,
        dtype=dtype,
    )
    is_tensorflow = keras.backend.backend() == "tensorflow"
    classifier.compile(
        optimizer=keras.optimizers.AdamW(
            learning_rate=config.learning_rate,
            weight_decay=config.weight_decay,
            epsilon=1e-8,
        ),
        loss=LOSSES[config.loss](margin=config.margin, scale=config.scale),
        weighted_metrics=[MarginFreeAccuracy(name="accuracy")],
        # On a CPU XLA makes these networks several times slower.
        jit_compile=has_gpu if is_tensorflow else "auto",
    )
    return classifier


def make_detector(config: Config, label_map: LabelMap) -> AnomalyDetector:
    """The detector of a configuration, in float32 with fresh weights.

    >>> label_map = LabelMap(("fan/a", "fan/b"), {"fan/a": (0,), "fan": (0, 1)})
    >>> config = Config(clip_seconds=1.0, width=0.25)
    >>> make_detector(config, label_map).keys
    {'fan/a': [0], 'fan': [0, 1]}
    """
    return AnomalyDetector(
        make_embedder(config),
        ClassCosine(len(label_map.classes)),
        CentreAngle(margin=config.margin, scale=config.scale),
        keys={key: list(places) for key, places in label_map.keys.items()},
        long_clips=config.long_clips,
        short_clips=config.short_clips,
    )


def copy_weights(classifier: Classifier, detector: AnomalyDetector) -> None:
    """Gives a detector the weights of a trained classifier.

    >>> config = Config(clip_seconds=1.0, width=0.25)
    >>> classifier = make_classifier(config, num_classes=2)
    >>> label_map = LabelMap(("fan/a", "fan/b"), {"fan": (0, 1)})
    >>> detector = make_detector(config, label_map)
    >>> copy_weights(classifier, detector)
    >>> same = detector.head.centres == classifier.head.centres
    >>> bool(keras.ops.all(same))
    True
    """
    detector.embedder.set_weights(classifier.embedder.get_weights())
    detector.head.set_weights(classifier.head.get_weights())
