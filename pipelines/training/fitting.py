"""Training loop of the classifier, resumable at every epoch."""

import logging
import math
import sys
from collections.abc import Sequence

import keras

from keras_asd.models import Classifier
from pipelines.runs.archives.keras_archive import load_model
from pipelines.runs.checkpoints import Checkpoints
from pipelines.runs.checkpoints import drop_damaged
from pipelines.runs.clip_list import ListedClip
from pipelines.runs.labels import Example
from pipelines.runs.labels import LabelMap
from pipelines.runs.run_folder import RunFolder
from pipelines.settings.config import Config
from pipelines.training.assembly import make_classifier
from pipelines.training.fused_normalization import fuse_normalizations
from pipelines.training.remaining_time import RemainingTime
from pipelines.training.training_data import TrainingData

logger = logging.getLogger(__name__)

# With fewer steps than this a network stays close to its initial weights.
FEW_STEPS = 200


def fit_classifier(
    examples: Sequence[Example],
    listed: Sequence[ListedClip],
    label_map: LabelMap,
    config: Config,
    run: RunFolder,
    classifier: Classifier | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    last_epoch: int | None = None,
    verbose: int | None = None,
) -> Classifier:
    """Trains the classifier of a run, resuming from its last checkpoint.

    Args:
        examples: Examples to train and validate on.
        listed: Clips of the run with their roles.
        label_map: Auxiliary classes of the examples.
        config: Settings of the run.
        run: Folder of the run.
        classifier: Initial classifier of a run without a checkpoint; a new one
            if `None`.
        callbacks: Further Keras callbacks. Values that they add to the logs of
            an epoch are written to the history.
        last_epoch: Epoch to stop after, if before the last; the learning rate
            follows the full schedule.
        verbose: Verbosity of Keras's `fit`; if `None`, a progress bar in a
            terminal and otherwise a line per epoch. At 0 the warning of few
            steps is left out, too.

    Returns:
        The classifier with the weights that the run keeps.

    >>> import pathlib
    >>> label_map = LabelMap(("fan", "pump"), {})
    >>> run = RunFolder(pathlib.Path("runs/fan"))
    >>> fit_classifier([], [], label_map, Config(), run)
    Traceback (most recent call last):
    ValueError: Training must have clips. Received: 0 examples.
    """
    if not examples:
        raise ValueError("Training must have clips. Received: 0 examples.")
    by_path = {entry.clip.path: entry for entry in listed}

    def select(*roles: str) -> TrainingData:
        chosen = [
            example
            for example in examples
            if by_path[example.clip.path].role in roles
        ]
        inspected = [by_path[example.clip.path].inspected for example in chosen]
        return TrainingData(
            chosen, list(filter(None, inspected)), label_map, config
        )

    training = select("train", "contrast")
    validation = select("held out")
    classifier, first_epoch = _restore(config, label_map, run, classifier)
    keeps_best = config.keeps_best and validation.num_examples > 0
    if config.keeps_best and not keeps_best:
        logger.warning(
            "no class has a clip to spare for validation: the last weights "
            "are kept"
        )
    checkpoints = Checkpoints(run, keeps_best)
    checkpoints.resume(first_epoch)
    logger.info(
        "training on %d examples of %d classes, validating on %d",
        training.num_examples,
        training.num_classes,
        validation.num_examples,
    )
    if verbose is None:
        verbose = 1 if sys.stdout.isatty() else 2
    num_steps = config.epochs * training.steps_per_epoch
    if num_steps < FEW_STEPS and verbose != 0:
        logger.warning(
            "%d training steps are few: raise --epochs, or lower --batch_size",
            num_steps,
        )
    end = min(config.epochs, last_epoch or config.epochs)
    if first_epoch < end:
        if not classifier.jit_compile:
            fuse_normalizations(classifier)
        classifier.fit(
            training.batches(first_epoch),
            epochs=end,
            initial_epoch=first_epoch,
            steps_per_epoch=training.steps_per_epoch,
            shuffle=False,
            validation_data=(
                validation.unmixed_batches()
                if validation.num_examples
                else None
            ),
            callbacks=[
                keras.callbacks.LearningRateScheduler(
                    lambda epoch: learning_rate(epoch, config)
                ),
                *callbacks,
                RemainingTime((end - first_epoch) * training.steps_per_epoch),
                keras.callbacks.TensorBoard(run.tensorboard, write_graph=False),
                checkpoints,
            ],
            verbose=verbose,
        )
    if keeps_best:
        return load_model(run.best, config.foreign_packages)
    return classifier


def _restore(
    config: Config,
    label_map: LabelMap,
    run: RunFolder,
    classifier: Classifier | None,
) -> tuple[Classifier, int]:
    """The classifier of the last checkpoint, and the next epoch."""
    drop_damaged(run, config.foreign_packages)
    latest = run.latest
    if latest is None:
        fresh = classifier or make_classifier(
            config, len(label_map.classes), label_map.first_own_class
        )
        return fresh, 0
    classifier = load_model(latest, config.foreign_packages)
    epoch = run.finished_epochs(latest)
    logger.info("resuming after epoch %d of %d", epoch, config.epochs)
    return classifier, epoch


def learning_rate(epoch: int, config: Config) -> float:
    """Learning rate of an epoch, by cosine annealing to its final share.

    >>> learning_rate(0, Config(learning_rate=1e-4))
    0.0001

    Reference: released code of Choi & Choi (cosine annealing to 1e-5).
    """
    fall = 0.5 + 0.5 * math.cos(math.pi * epoch / config.epochs)
    end = config.final_learning_rate
    return config.learning_rate * (end + (1 - end) * fall)
