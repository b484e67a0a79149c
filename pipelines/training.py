"""Training: from data folders to a detector, resumable at every epoch."""

import logging
import math
import os
import pathlib
import sys
from collections.abc import Sequence

import keras

from keras_asd.models import AnomalyDetector
from keras_asd.models import Classifier
from pipelines import atomic
from pipelines.assembly import copy_weights
from pipelines.assembly import make_classifier
from pipelines.assembly import make_detector
from pipelines.checkpoints import Checkpoints
from pipelines.clip_list import ListedClip
from pipelines.config import Config
from pipelines.labels import Example
from pipelines.labels import LabelMap
from pipelines.labels import add_speeds
from pipelines.labels import make_examples
from pipelines.labels import make_label_map
from pipelines.preparation import prepare_clips
from pipelines.run_folder import RunFolder
from pipelines.run_folder import write_config
from pipelines.run_folder import write_environment
from pipelines.run_folder import write_labels
from pipelines.training_data import TrainingData

logger = logging.getLogger(__name__)

# Fewer steps than this leave a network close to where it began.
FEW_STEPS = 200


def train(
    roots: Sequence[str],
    config: Config,
    run_path: str,
) -> AnomalyDetector:
    """Trains a detector on the normal clips of the data folders.

    Called again with the same arguments after a kill, it goes on from the
    last finished epoch and ends where the unbroken run would have.

    Args:
        roots: Data folders, of any layout `read_clips` knows.
        config: Settings.
        run_path: Folder of the run; see `RunFolder` for what it will hold.

    Returns:
        The trained `AnomalyDetector`, also in `detector.keras` of the run.

    Raises:
        FileNotFoundError: If a folder is missing or has no recordings.
        ValueError: If too few clips are left, the run was begun with other
            settings, or the loss diverges.

    >>> config = Config(clip_seconds=4.0, epochs=15)
    >>> train(["no_such_recordings"], config, "runs/first")
    Traceback (most recent call last):
    FileNotFoundError: `root` must be a folder of recordings, or a CSV. ...
    """
    roots = [os.path.abspath(root) for root in roots]
    run = RunFolder(pathlib.Path(os.path.abspath(run_path)))
    write_config(run, config, roots)
    if run.detector.exists():
        logger.info("the run has ended already: %s", run.detector)
        return keras.saving.load_model(run.detector)
    keras.utils.set_random_seed(config.seed)
    listed = prepare_clips(roots, config, run)
    write_environment(run)
    examples, label_map = list_examples(listed, config)
    write_labels(run, label_map)
    classifier = _fit(examples, listed, label_map, config, run)
    detector = make_detector(config, label_map)
    copy_weights(classifier, detector)
    with atomic.replacing(run.detector) as temporary:
        detector.save(temporary)
    return detector


def list_examples(
    listed: Sequence[ListedClip], config: Config
) -> tuple[list[Example], LabelMap]:
    """What a run trains and validates on, and as which classes.

    Args:
        listed: The clips of the run with their roles.
        config: Settings of the run.

    Returns:
        The examples, and the label map.

    >>> from pipelines.clip import Clip
    >>> clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "train", False)
    >>> listed = [ListedClip(clip, "train")]
    >>> list_examples(listed, Config())[1].classes
    ('fan/id_00', 'fan/id_00@0.84', 'fan/id_00@0.92', 'fan/id_00@1.09', ...
    """
    clips = {
        role: [entry.clip for entry in listed if entry.role == role]
        for role in ("train", "held out", "contrast")
    }
    own = make_examples(clips["train"] + clips["held out"], config.classes)
    examples = own + [
        Example(clip, f"contrast/{clip.key}") for clip in clips["contrast"]
    ]
    if len({example.class_name for example in examples}) == 1:
        examples = add_speeds(own)
    return examples, make_label_map(examples, own)


def _fit(
    examples: Sequence[Example],
    listed: Sequence[ListedClip],
    label_map: LabelMap,
    config: Config,
    run: RunFolder,
) -> Classifier:
    by_path = {entry.clip.path: entry for entry in listed}

    def select(*roles: str) -> TrainingData:
        chosen = [
            example
            for example in examples
            if by_path[example.clip.path].role in roles
        ]
        inspected = [by_path[example.clip.path].inspected for example in chosen]
        return TrainingData(
            chosen, [one for one in inspected if one], label_map, config
        )

    training = select("train", "contrast")
    validation = select("held out")
    classifier, first_epoch = _restore(config, label_map, run)
    keeps_best = config.keep == "best" and validation.num_examples > 0
    if config.keep == "best" and not keeps_best:
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
    num_steps = config.epochs * training.steps_per_epoch
    if num_steps < FEW_STEPS:
        logger.warning(
            "%d training steps are few: raise --epochs, or lower --batch_size",
            num_steps,
        )
    if first_epoch < config.epochs:
        classifier.fit(
            training.batches(first_epoch),
            epochs=config.epochs,
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
                keras.callbacks.TensorBoard(run.tensorboard, write_graph=False),
                checkpoints,
            ],
            # A bar for people, a line an epoch for logs.
            verbose=1 if sys.stdout.isatty() else 2,
        )
    if keeps_best:
        return keras.saving.load_model(run.best)
    return classifier


def _restore(
    config: Config, label_map: LabelMap, run: RunFolder
) -> tuple[Classifier, int]:
    """The classifier as it was left, and the epoch to go on with."""
    latest = run.latest
    if latest is None:
        return make_classifier(config, len(label_map.classes)), 0
    classifier = keras.saving.load_model(latest)
    epoch = run.finished_epochs(latest)
    logger.info("going on after epoch %d of %d", epoch, config.epochs)
    return classifier, epoch


def learning_rate(epoch: int, config: Config) -> float:
    """Learning rate of an epoch: along a cosine, down to a tenth.

    >>> learning_rate(0, Config(learning_rate=1e-4))
    0.0001

    Reference: released code of Choi & Choi (cosine annealing to 1e-5).
    """
    fall = 0.5 + 0.5 * math.cos(math.pi * epoch / config.epochs)
    return config.learning_rate * (0.1 + 0.9 * fall)
