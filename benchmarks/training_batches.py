"""A classifier as a run builds it, and its batches from files."""

import dataclasses
import pathlib
from typing import Any

NUM_CLASSES = 8


def make_training(
    preset: str, folder: pathlib.Path, batch: int, is_quick: bool
) -> tuple[Any, Any]:
    """Writes clips, and returns a classifier and the batches of its training.

    Args:
        preset: Name of a preset whose embedder has a width.
        folder: Empty folder for the clips.
        batch: Number of clips of a batch, and of all.
        is_quick: Whether the network and its clips are tiny.
    """
    from benchmarks.decoding import write_clips
    from pipelines.runs.labels import make_examples
    from pipelines.runs.labels import make_label_map
    from pipelines.settings.presets import choose_preset
    from pipelines.training.assembly import make_classifier
    from pipelines.training.training_data import TrainingData

    seconds = 1 if is_quick else 10
    config = dataclasses.replace(
        choose_preset(preset), clip_seconds=float(seconds), batch_size=batch
    )
    if is_quick:
        narrow = dataclasses.replace(config.embedder, width=0.25)
        config = dataclasses.replace(config, embedder=narrow)
    inspected = write_clips(folder, "wav", batch, seconds, NUM_CLASSES)
    examples = make_examples([clip.clip for clip in inspected], config.classes)
    label_map = make_label_map(examples, examples)
    data = TrainingData(examples, inspected, label_map, config)
    return make_classifier(config, data.num_classes), data.batches()
