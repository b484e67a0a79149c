"""Training: from data folders to a detector, resumable at every epoch."""

import dataclasses
import os
import pathlib
from collections.abc import Sequence

from keras_asd.models import AnomalyDetector
from pipelines import atomic
from pipelines.anytime.fit_run import fit_run
from pipelines.anytime.stages import train_in_stages
from pipelines.audio.inspection import typical_seconds
from pipelines.datasets.reading import read_all_clips
from pipelines.files.disk import explaining_full_disk
from pipelines.files.memory import explaining_full_memory
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config
from pipelines.settings.config import Config
from pipelines.settings.labels import label


def train(
    roots: Sequence[str],
    config: Config,
    run_path: str,
    verify: bool = False,
) -> AnomalyDetector:
    """Trains a detector on the normal clips of the data folders.

    Called again with the same arguments after a kill, it goes on from the
    last finished epoch and ends where the unbroken run would have.

    Args:
        roots: Data folders, of any layout `read_clips` knows.
        config: Settings.
        run_path: Folder of the run; see `RunFolder` for what it will hold.
        verify: Whether a run that goes on reads all recordings to find those
            that have changed, and not only those of another size or time.

    Returns:
        The trained `AnomalyDetector`, also in `detector.keras` of the run.

    Raises:
        FileNotFoundError: If a folder is missing or has no recordings.
        ValueError: If too few clips are left, the run was begun with other
            settings or is worked in by another process, its loss is one for
            pre-training, or it diverges.
        MemoryError: If a batch does not fit into memory.

    >>> config = Config(clip_seconds=4.0, epochs=15)
    >>> train(["no_such_recordings"], config, "runs/first")
    Traceback (most recent call last):
    FileNotFoundError: `root` must be a folder of recordings, or a CSV. ...
    """
    if config.loss.comes_before:
        raise ValueError(
            "`loss` must tell classes apart. Received: "
            f"loss={label(config.loss)}, which comes first, by "
            "`pretraining=Contrastive`, and leaves no class centres to score "
            "by."
        )
    if config.foreign_packages:
        # What cannot be made is refused before the run is bound to it.
        config.embedder.build(config)
        config.loss.build(num_classes=2)
        config.scorer.build(config)
    roots = [os.path.abspath(root) for root in roots]
    run = RunFolder(pathlib.Path(os.path.abspath(run_path)))
    with (
        explaining_full_disk(run.path),
        explaining_full_memory(
            batch_size=config.batch_size, clip_seconds=config.clip_seconds
        ),
    ):
        config = _with_length(config, roots, run)
        if config.minutes:
            with atomic.FolderLock(run.lock):
                return train_in_stages(roots, config, run, verify)
        return fit_run(roots, config, run, verify)


def _with_length(
    config: Config, roots: Sequence[str], run: RunFolder
) -> Config:
    """The settings with the length of the recordings, where they ask for it."""
    if config.clip_seconds:
        return config
    if run.config.exists() and run.clips.exists():
        seconds = read_config(run).clip_seconds
    else:
        clips = read_all_clips(roots, config.seed, config.sections)
        seconds = typical_seconds(
            [clip for clip in clips if clip.split == "train"]
        )
    return dataclasses.replace(config, clip_seconds=seconds)
