"""Pre-training of a network on another task."""

import dataclasses
import logging
from collections.abc import Sequence
from typing import Any

import keras

from pipelines.runs.clip_list import ListedClip
from pipelines.runs.labels import Example
from pipelines.runs.labels import LabelMap
from pipelines.runs.labels import make_label_map
from pipelines.runs.run_folder import RunFolder
from pipelines.settings.config import Config
from pipelines.settings.labels import label
from pipelines.settings.scorers import Centroids
from pipelines.training.fitting import fit_classifier

logger = logging.getLogger(__name__)


def pretrain(
    examples: Sequence[Example],
    listed: Sequence[ListedClip],
    label_map: LabelMap,
    config: Config,
    run: RunFolder,
) -> list[Any]:
    """Pre-trains the embedder of a run, resumable at every epoch.

    Args:
        examples: Examples of the run.
        listed: Clips of the run with their roles.
        label_map: Auxiliary classes of the examples.
        config: Settings of the run, with its `pretraining`.
        run: Folder of the run, which has a subfolder for the pre-training.

    Returns:
        The weights of the embedder.

    >>> from pipelines.settings.pretraining import Contrastive
    >>> import pathlib
    >>> label_map = LabelMap(("fan", "pump"), {})
    >>> run = RunFolder(pathlib.Path("runs/fan"))
    >>> config = Config(pretraining=Contrastive())
    >>> pretrain([], [], label_map, config, run)
    Traceback (most recent call last):
    ValueError: Training must have clips. Received: 0 examples.
    """
    pretraining = config.pretraining
    if pretraining is None:
        raise ValueError("`pretraining` must be given. Received: null.")
    before = dataclasses.replace(
        config,
        loss=pretraining.choose_loss(config.loss),
        # Nothing is scored, and not every scorer is compatible with the loss.
        scorer=Centroids(),
        epochs=pretraining.epochs,
        learning_rate=pretraining.learning_rate,
        final_learning_rate=1.0,
        keep="last",
    )
    if pretraining.is_on_built_in:
        examples = [
            Example(entry.clip, entry.clip.key)
            for entry in listed
            if entry.role == "contrast"
        ]
        label_map = make_label_map(examples, examples)
    logger.info("pre-training first: %s", label(pretraining))
    keras.utils.set_random_seed(config.seed)
    classifier = fit_classifier(
        examples, listed, label_map, before, run.pretraining
    )
    return classifier.embedder.get_weights()
