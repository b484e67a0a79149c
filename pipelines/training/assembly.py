"""Networks put together as a configuration says."""

import functools
from collections.abc import Callable

import keras

from keras_asd.layers import ClassCosine
from keras_asd.layers import ClassLogits
from keras_asd.layers import ProjectionHead
from keras_asd.layers import SubclusterCosine
from keras_asd.layers import TotalError
from keras_asd.losses import AdaCos
from keras_asd.losses import ArcFace
from keras_asd.losses import ArcMix
from keras_asd.losses import ClassCrossEntropy
from keras_asd.losses import CompactnessCrossEntropy
from keras_asd.losses import IntraClassCompactness
from keras_asd.losses import NoisyArcMix
from keras_asd.losses import OneClassCompactness
from keras_asd.losses import OutlierExposure
from keras_asd.losses import OwnClassError
from keras_asd.losses import SubclusterAdaCos
from keras_asd.losses import SupervisedContrastive
from keras_asd.metrics import MarginFreeAccuracy
from keras_asd.models import AnomalyDetector
from keras_asd.models import Classifier
from keras_asd.scorers import CentreAngle
from keras_asd.scorers import Scorer
from pipelines.runs.labels import LabelMap
from pipelines.settings.config import Config
from pipelines.settings.loss_facts import LOSSES
from pipelines.training.embedder import make_embedder

MARGIN_LOSSES = {
    "arcface": ArcFace,
    "arcmix": ArcMix,
    "noisy_arcmix": NoisyArcMix,
}
PLAIN_LOSSES: dict[str, Callable[[], keras.losses.Loss]] = {
    "cross_entropy": ClassCrossEntropy,
    "own_class_error": OwnClassError,
    # As the released code of CLP-SCF has it.
    "supervised_contrastive": functools.partial(
        SupervisedContrastive, includes_anchor=True
    ),
}


def make_head(config: Config, num_classes: int) -> keras.layers.Layer:
    """The head of a configuration, with fresh centres.

    >>> type(make_head(Config(loss="subcluster_adacos"), 3)).__name__
    'SubclusterCosine'
    """
    if config.loss == "cross_entropy":
        return ClassLogits(num_classes)
    if config.loss == "own_class_error":
        # The distances behind the bands' errors are no part of it.
        return TotalError(num_classes, num_terms=config.num_mel_bins)
    if config.loss == "outlier_exposure":
        return TotalError(num_classes)
    if config.loss == "supervised_contrastive":
        return ProjectionHead(config.embedding_dim)
    is_fixed = config.centres == "fixed" and config.targets == "soft"
    if config.loss == "subcluster_adacos":
        return SubclusterCosine(
            num_classes, config.num_subclusters, is_fixed=is_fixed
        )
    return ClassCosine(num_classes, is_fixed=is_fixed)


def make_loss(
    config: Config, num_classes: int, own_class: int = 0
) -> keras.losses.Loss:
    """The loss of a configuration.

    Args:
        config: Settings of the run.
        num_classes: Auxiliary classes.
        own_class: Of outlier exposure: the one that is no outlier.

    >>> make_loss(Config(margin=0.5), 3).margin
    0.5
    """
    if config.loss in MARGIN_LOSSES:
        return MARGIN_LOSSES[config.loss](
            margin=config.margin, scale=config.scale
        )
    if config.loss == "outlier_exposure":
        return OutlierExposure(own_class, weight=config.outlier_weight)
    if config.loss in PLAIN_LOSSES:
        return PLAIN_LOSSES[config.loss]()
    if config.loss == "one_class_compactness":
        return OneClassCompactness()
    if config.loss == "intra_class_compactness":
        return IntraClassCompactness(num_classes)
    if config.loss == "compactness_cross_entropy":
        return CompactnessCrossEntropy(num_classes, config.adaptive_scale)
    if config.loss == "adacos":
        return AdaCos(num_classes, scale=config.adaptive_scale)
    return SubclusterAdaCos(
        num_classes, config.num_subclusters, scale=config.adaptive_scale
    )


def make_classifier(
    config: Config, num_classes: int, own_class: int = 0
) -> Classifier:
    """The compiled classifier of a configuration, ready for `fit`.

    AdamW has PyTorch's settings, as the published code does. Half precision
    is float16 with loss scaling on a GPU and bfloat16 elsewhere.

    Args:
        config: Settings of the run.
        num_classes: Auxiliary classes.
        own_class: As in `make_loss`.

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
        make_head(config, num_classes),
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
        loss=make_loss(config, num_classes, own_class),
        weighted_metrics=[MarginFreeAccuracy(name="accuracy")]
        if LOSSES[config.loss].needs_classes
        and config.loss != "supervised_contrastive"
        else [],
        # On a CPU XLA makes these networks several times slower.
        jit_compile=has_gpu if is_tensorflow else "auto",
    )
    # Made within the first step, its variables would have it traced twice.
    classifier.optimizer.build(classifier.trainable_variables)
    return classifier


def make_detector(
    config: Config,
    label_map: LabelMap,
    embedder: keras.Model | None = None,
    head: keras.layers.Layer | None = None,
    scorer: Scorer | None = None,
) -> AnomalyDetector:
    """The detector of a configuration, in float32.

    Args:
        config: Settings of the run.
        label_map: Its classes, machines and groups.
        embedder: With its weights; a fresh one if `None`.
        head: Likewise.
        scorer: Fitted; the published `CentreAngle` if `None`.

    >>> label_map = LabelMap(("fan/a", "fan/b"), {"fan/a": (0,), "fan": (0, 1)})
    >>> config = Config(clip_seconds=1.0, width=0.25)
    >>> make_detector(config, label_map).keys
    {'fan/a': [0], 'fan': [0, 1]}
    """
    if scorer is None:
        scorer = CentreAngle(margin=config.margin, scale=config.scale)
    return AnomalyDetector(
        make_embedder(config) if embedder is None else embedder,
        make_head(config, len(label_map.classes)) if head is None else head,
        scorer,
        keys={key: list(places) for key, places in label_map.keys.items()},
        groups={key: list(places) for key, places in label_map.groups.items()}
        or None,
        long_clips=config.long_clips,
        window_step=config.window_step,
        short_clips=config.short_clips,
    )
