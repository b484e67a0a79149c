"""Trains for one epoch on a folder of clips and prints its peak memory.

A program of its own, `python -m benchmarks.epoch FOLDER`, since the peak of
a process never falls again.
"""

import pathlib
import resource
import sys

from pipelines.audio.inspection import inspect_clips
from pipelines.datasets.clip import Clip
from pipelines.runs.labels import make_examples
from pipelines.runs.labels import make_label_map
from pipelines.settings.config import Config
from pipelines.settings.embedders import MobileFaceNet
from pipelines.settings.front_ends import LogMel
from pipelines.training.assembly import make_classifier
from pipelines.training.training_data import TrainingData


def main(folder: str) -> None:
    """Inspects the clips, streams them through `fit` once, and prints MiB."""
    paths = sorted(pathlib.Path(folder).iterdir())
    clips = [
        Clip(path, "fan", f"id_{index % 2:02}", "train", False)
        for index, path in enumerate(paths)
    ]
    config = Config(
        embedder=MobileFaceNet(front_end=LogMel(num_mel_bins=32), width=0.25),
        clip_seconds=1.0,
        epochs=1,
        holdout=0.0,
        keep="last",
    )
    inspected, _ = inspect_clips(clips)
    examples = make_examples(clips, config.classes)
    label_map = make_label_map(examples, examples)
    data = TrainingData(examples, inspected, label_map, config)
    classifier = make_classifier(config, data.num_classes)
    classifier.fit(
        data.batches(),
        steps_per_epoch=data.steps_per_epoch,
        shuffle=False,
        verbose=0,
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Bytes on macOS, KiB elsewhere.
    print(peak / 2**20 if sys.platform == "darwin" else peak / 2**10)


if __name__ == "__main__":
    main(sys.argv[1])
