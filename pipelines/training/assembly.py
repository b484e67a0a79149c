"""Classifiers and detectors built from a configuration."""

import keras

from keras_asd.metrics import MarginFreeAccuracy
from keras_asd.models import AnomalyDetector
from keras_asd.models import Classifier
from keras_asd.scorers import Scorer
from pipelines.runs.labels import LabelMap
from pipelines.settings.config import Config
from pipelines.settings.scorers import CentreAngle


def make_classifier(
    config: Config, num_classes: int, own_class: int = 0
) -> Classifier:
    """Builds and compiles the classifier of a configuration.

    AdamW has PyTorch's settings, as the published code does. Half precision
    is float16 with loss scaling on a GPU and bfloat16 elsewhere.

    Args:
        config: Settings of the run.
        num_classes: Number of auxiliary classes.
        own_class: Index of the class that is no outlier, for a loss with
            outliers.

    >>> from pipelines.settings.embedders import MobileFaceNet
    >>> config = Config(MobileFaceNet(width=0.25), clip_seconds=1.0)
    >>> make_classifier(config, num_classes=3).head.num_classes
    3
    """
    devices = keras.distribution.list_devices()
    has_gpu = any(device.startswith("gpu") for device in devices)
    half = "mixed_float16" if has_gpu else "mixed_bfloat16"
    dtype = half if config.mixed_precision else "float32"
    mixup = config.loss.mixup
    classifier = Classifier(
        config.embedder.build(config, dtype),
        config.loss.build_head(config, num_classes),
        "waveform" if mixup is None else mixup.mix_position,
        dtype=dtype,
    )
    is_tensorflow = keras.backend.backend() == "tensorflow"
    classifier.compile(
        optimizer=keras.optimizers.AdamW(
            learning_rate=config.learning_rate,
            weight_decay=config.weight_decay,
            epsilon=1e-8,
        ),
        loss=config.loss.build(num_classes, own_class),
        weighted_metrics=[MarginFreeAccuracy(name="accuracy")]
        if config.loss.has_accuracy
        else [],
        # On a CPU, XLA makes these networks several times slower.
        jit_compile=has_gpu if is_tensorflow else "auto",
    )
    # Variables created within the first step would have it traced twice.
    classifier.optimizer.build(classifier.trainable_variables)
    return classifier


def make_detector(
    config: Config,
    label_map: LabelMap,
    embedder: keras.Model | None = None,
    head: keras.layers.Layer | None = None,
    scorer: Scorer | None = None,
) -> AnomalyDetector:
    """Builds the detector of a configuration, in float32.

    Args:
        config: Settings of the run.
        label_map: Classes, machines and groups of the run.
        embedder: Trained embedder; a new one if `None`.
        head: Trained head; a new one if `None`.
        scorer: Fitted scorer; a `CentreAngle` if `None`.

    >>> from pipelines.settings.embedders import MobileFaceNet
    >>> label_map = LabelMap(("fan/a", "fan/b"), {"fan/a": (0,), "fan": (0, 1)})
    >>> config = Config(MobileFaceNet(width=0.25), clip_seconds=1.0)
    >>> make_detector(config, label_map).keys
    {'fan/a': [0], 'fan': [0, 1]}
    """
    if embedder is None:
        embedder = config.embedder.build(config)
    if head is None:
        head = config.loss.build_head(config, len(label_map.classes))
    return AnomalyDetector(
        embedder,
        head,
        scorer or CentreAngle().build(config),
        keys={key: list(classes) for key, classes in label_map.keys.items()},
        groups={key: list(groups) for key, groups in label_map.groups.items()}
        or None,
        long_clips=config.long_clips,
        window_step=config.window_step,
        samples=config.samples,
        sampling_rate=config.sampling_rate,
        short_clips=config.short_clips,
    )
