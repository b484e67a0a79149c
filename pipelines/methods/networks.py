"""The networks of a run, trained one after the other."""

import logging
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

import keras
import numpy as np

from keras_asd.layers import JoinedHead
from keras_asd.models import Classifier
from keras_asd.models import JoinedEmbedder
from pipelines.runs.clip_list import ListedClip
from pipelines.runs.clip_list import normal_clips
from pipelines.runs.labels import Example
from pipelines.runs.labels import LabelMap
from pipelines.runs.labels import add_speeds
from pipelines.runs.labels import make_examples
from pipelines.runs.labels import make_label_map
from pipelines.runs.labels import spread_windows
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.windows import stream_windows
from pipelines.settings.config import Config
from pipelines.training.assembly import make_classifier
from pipelines.training.embedder import make_embedder
from pipelines.training.fitting import fit_classifier
from pipelines.training.pretraining import pretrain

logger = logging.getLogger(__name__)


def train_networks(
    parts: Mapping[str, Sequence[ListedClip]], config: Config, run: RunFolder
) -> tuple[keras.Model, keras.layers.Layer]:
    """Trains each network on its clips, from where the run was left.

    Args:
        parts: The clips of each network, as `part_clips` gives them.
        config: Settings of the run.
        run: Its folder; of several networks each has one in it.

    Returns:
        Embedder and head, joined where there are several.

    >>> import pathlib
    >>> run = RunFolder(pathlib.Path("runs/fan"))
    >>> train_networks({"": []}, Config(), run)
    Traceback (most recent call last):
    ValueError: Training must have clips. Received: 0 examples.
    """
    if len(parts) == 1:
        return _train_network(next(iter(parts.values())), config, run)
    trained = []
    for place, (name, clips) in enumerate(parts.items()):
        logger.info("network %d of %d: %s", place + 1, len(parts), name)
        trained.append(_train_network(clips, config, run.part(place, name)))
    embedders = [embedder for embedder, _ in trained]
    dims = [embedder.embedding_dim for embedder in embedders]
    head = JoinedHead([head for _, head in trained], dims)
    return JoinedEmbedder(embedders), head


def _train_network(
    listed: Sequence[ListedClip], config: Config, run: RunFolder
) -> tuple[keras.Model, keras.layers.Layer]:
    # Here: a network must not depend on what was trained before it.
    keras.utils.set_random_seed(config.seed)
    examples, label_map = list_examples(listed, config)
    start = None
    if run.latest is None and examples:
        start = _first_classifier(examples, listed, label_map, config, run)
    classifier = fit_classifier(
        examples, listed, label_map, config, run, classifier=start
    )
    embedder = make_embedder(config)
    embedder.set_weights(classifier.embedder.get_weights())
    if config.embedder == "reconstruction":
        embedder.fit_residuals(_normal_windows(listed, config))
    return embedder, classifier.head


def _first_classifier(
    examples: Sequence[Example],
    listed: Sequence[ListedClip],
    label_map: LabelMap,
    config: Config,
    run: RunFolder,
) -> Classifier | None:
    """What an unbegun training starts from; `None`: from fresh weights."""
    own = {place for places in label_map.keys.values() for place in places}
    num_classes = len(label_map.classes)
    if config.embedder == "flow":
        classifier = make_classifier(config, num_classes, min(own))
        windows = _normal_windows(listed, config)
        classifier.embedder.fit_standardization(batch for batch, _ in windows)
        return classifier
    if config.pretraining == "none":
        return None
    weights = pretrain(examples, listed, label_map, config, run)
    keras.utils.set_random_seed(config.seed)
    classifier = make_classifier(config, num_classes)
    classifier.embedder.set_weights(weights)
    return classifier


def _normal_windows(
    listed: Sequence[ListedClip], config: Config
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Windows of training clips, and whether each is of the target.

    What is held out stays unseen: calibration rests on it.
    """
    normals = normal_clips([one for one in listed if one.role == "train"])
    is_target = np.array([one.clip.domain == "target" for one in normals])
    for places, windows in stream_windows(normals, config, "measuring"):
        yield windows, is_target[places]


def list_examples(
    listed: Sequence[ListedClip], config: Config
) -> tuple[list[Example], LabelMap]:
    """What a network trains and validates on, and as which classes.

    Args:
        listed: Its clips with their roles.
        config: Settings of the run.

    Returns:
        The examples, and the label map.

    >>> import pathlib
    >>> from pipelines.datasets.clip import Clip
    >>> clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "train", False)
    >>> listed = [ListedClip(clip, "train")]
    >>> list_examples(listed, Config())[1].classes
    ('fan/id_00', 'fan/id_00@0.84', 'fan/id_00@0.92', 'fan/id_00@1.09', ...
    """
    clips = {
        role: [entry.clip for entry in listed if entry.role == role]
        for role in ("train", "held out", "contrast")
    }
    own = make_examples(
        clips["train"] + clips["held out"],
        config.classes,
        config.domain_classes,
    )
    is_alone = len({example.class_name for example in own}) == 1
    examples = own
    if (
        config.loss == "outlier_exposure"
        or config.further_classes == "built_in"
        or (is_alone and config.one_class == "contrast")
    ):
        examples = own + [
            Example(clip, f"contrast/{clip.key}") for clip in clips["contrast"]
        ]
    elif is_alone and config.needs_classes:
        examples = add_speeds(own)
    label_map = make_label_map(examples, own)
    if config.is_trained:
        examples = spread_windows(examples, config.windows_per_clip)
    return examples, label_map
