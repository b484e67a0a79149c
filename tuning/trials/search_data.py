"""Clips of a search: read, inspected and split once for all trials."""

import dataclasses
import functools
import os
import pathlib
from collections.abc import Sequence

from pipelines.audio.inspected_clip import InspectedClip
from pipelines.runs.clip_list import ListedClip
from pipelines.runs.labels import Example
from pipelines.runs.labels import LabelMap
from pipelines.runs.preparation import prepare_clips
from pipelines.runs.run_folder import RunFolder
from pipelines.settings.config import Config
from pipelines.training.tasks import list_examples


@dataclasses.dataclass(frozen=True)
class SearchData:
    """Clips, examples and classes that all trials of a search share.

    Args:
        folder: Folder of the clip list and of files made from the clips.
        listed: All clips with their roles.
        examples: Examples to train and validate on.
        label_map: Auxiliary classes of the examples.

    >>> nothing = LabelMap((), {})
    >>> data = SearchData(pathlib.Path("searches/fan"), (), (), nothing)
    >>> data.held_out
    []
    """

    folder: pathlib.Path
    listed: tuple[ListedClip, ...]
    examples: tuple[Example, ...]
    label_map: LabelMap

    @functools.cached_property
    def train(self) -> list[InspectedClip]:
        """Normal clips that are trained on, without contrast clips."""
        return self._of_role("train")

    @functools.cached_property
    def held_out(self) -> list[InspectedClip]:
        """Normal clips that no trial trains on."""
        return self._of_role("held out")

    def _of_role(self, role: str) -> list[InspectedClip]:
        return [
            entry.inspected
            for entry in self.listed
            if entry.role == role and entry.inspected
        ]


def prepare_search(
    roots: Sequence[str], config: Config, folder: pathlib.Path
) -> SearchData:
    """Reads and splits the clips, or reads an existing list.

    Args:
        roots: Data folders.
        config: Base configuration of the trials, with the hold-out share.
        folder: Folder of the clip list.

    Raises:
        FileNotFoundError: If a data folder is missing.
        ValueError: If there are too few clips, or no clip is held out.

    >>> prepare_search(["no_such_recordings"], Config(), pathlib.Path("runs/x"))
    Traceback (most recent call last):
    FileNotFoundError: `root` must be a folder of recordings, or a CSV. ...
    """
    roots = [os.path.abspath(root) for root in roots]
    run = RunFolder(pathlib.Path(os.path.abspath(folder)))
    listed = prepare_clips(roots, config, run)
    examples, label_map = list_examples(listed, config)
    data = SearchData(run.path, tuple(listed), tuple(examples), label_map)
    if not data.held_out:
        raise ValueError(
            "A search must hold out normal clips to judge its trials by. "
            f"Received: none of {len(data.train)}, with "
            f"holdout={config.holdout}. Bring more clips, or raise it "
            "(--trial_holdout)."
        )
    return data
