"""Plain layout: a folder of a machine, with names of any kind in it."""

import pathlib
import re
from collections.abc import Iterable
from collections.abc import Iterator

from pipelines.datasets.clip import Clip
from pipelines.datasets.dcase_layout import parse_dcase_name
from pipelines.datasets.folder_sections import FolderSections
from pipelines.datasets.recording_folder import RecordingFolder
from pipelines.datasets.tree_position import LABELS

# Words that label a recording by its name, whole words between anything that
# is not a letter; `good` there would misread `no_good`.
_NAME_WORDS = set(LABELS) - {"good", "bad"}
_NOT_LETTERS = re.compile(r"[\W\d_]+")


def read_folder(
    folders: Iterable[RecordingFolder], sections: str = "auto"
) -> Iterator[Clip]:
    """Yields the clips of one machine in the plain layout.

    Recordings lie at `<machine>/<split>/[<section>/][<label>/]`. The split
    is `train`, `test`, `source_test` or `target_test`. Without a split, in
    `<machine>/[<date>/]`, all recordings are normal ones to train on. Which
    folders are sections, `FolderSections` says. The label is that of a folder
    named normal, good, anomaly, anomalous, abnormal or bad, or by one of
    these words, except good and bad, in the file name: `3_normal.wav`,
    `abnormal-12.wav`. Capitals do not matter. A clip without a label counts
    as normal in `train` and has `is_anomaly` `None` in `test`.

    Args:
        folders: Folders of the machine.
        sections: Setting of that name, see `FolderSections`.

    Raises:
        ValueError: If two labels contradict each other, if an anomaly lies
            in `train` or beside no split, or if it is not clear which folder
            is the section. The message names the recording.

    >>> folder = RecordingFolder(
    ...     pathlib.Path("press/test/left"), "press", ("test", "left"),
    ...     ("3_normal.wav", "4.wav"))
    >>> [(clip.key, clip.is_anomaly) for clip in read_folder([folder])]
    [('press/left', False), ('press/left', None)]
    """
    of_machine = FolderSections(sections)
    for folder in folders:
        section = of_machine.find(folder)
        split, domain = folder.split
        for name in folder.names:
            path = folder.path / name
            is_anomaly = _read_label(path, folder.inner)
            if not folder.has_split:
                _check_unsplit(path, folder, is_anomaly)
            if split == "train" and is_anomaly:
                raise ValueError(
                    "Recordings in `train` must be normal. "
                    f"Received: {path}. Does it belong to `test`?"
                )
            yield Clip(
                path=path,
                machine=folder.machine,
                section=section,
                split=split,
                is_anomaly=False if split == "train" else is_anomaly,
                domain=domain,
            )


def _check_unsplit(
    path: pathlib.Path, folder: RecordingFolder, is_anomaly: bool | None
) -> None:
    """Refuses what need not be a normal sound to train on."""
    way_out = (
        f"Received: {path}. Move what is to train on to "
        f"{folder.home / 'train'}, and the rest to {folder.home / 'test'}."
    )
    if is_anomaly:
        raise ValueError(
            "Recordings of a machine without `train` and `test` are all "
            f"normal ones to train on, and none an anomaly. {way_out}"
        )
    if parse_dcase_name(path.name):
        raise ValueError(
            f"A recording with a DCASE name lies in a split. {way_out}"
        )


def _read_label(path: pathlib.Path, inner: tuple[str, ...]) -> bool | None:
    words = set(_NOT_LETTERS.split(path.stem.casefold())) & _NAME_WORDS
    words |= {name.casefold() for name in inner} & set(LABELS)
    labels = {LABELS[word] for word in words}
    if len(labels) > 1:
        raise ValueError(
            "The folders and the name of a recording must have one label. "
            f"Received: {path}, which has both normal and anomaly."
        )
    return labels.pop() if labels else None
