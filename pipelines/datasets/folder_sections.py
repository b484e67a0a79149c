"""Sections of a machine in the plain layout, by the names of its folders."""

from collections.abc import Sequence

from pipelines.datasets.recording_folder import RecordingFolder
from pipelines.datasets.time_names import mark_times
from pipelines.datasets.tree_position import LABELS

ALL = "all"
WAY_OUT = (
    "Say `--sections one` if they are all of one section, or `--sections "
    "folders` if each folder is a section."
)


class FolderSections:
    """Section of each folder of one machine.

    A folder between the machine and its recordings is a section where it is
    the only one. Dates and shifts do not count, as they are times of one
    machine, nor do folders of labels and splits.

    Args:
        sections: Setting: `"auto"`, as above; `"one"`: whatever the folders,
            the section is `"all"`; `"folders"`: every folder is a section,
            dates and shifts, too, and deeper ones are joined by `_`.

    >>> import pathlib
    >>> folder = RecordingFolder(
    ...     pathlib.Path("pump/train/2024-05-01/early"), "pump",
    ...     ("train", "2024-05-01", "early"), ("1.wav",))
    >>> FolderSections("auto").find(folder)
    'all'
    >>> FolderSections("folders").find(folder)
    '2024-05-01_early'
    """

    def __init__(self, sections: str = "auto"):
        self.sections = sections
        self._dated: dict[str, RecordingFolder] = {}
        self._named: dict[str, RecordingFolder] = {}
        self._joined: dict[str, tuple[str, ...]] = {}

    def find(self, folder: RecordingFolder) -> str:
        """Returns the section of a folder.

        Raises:
            ValueError: If it is not clear, or two folders have one name.
        """
        names = inner_names(folder.inner)
        if self.sections == "one" or not names:
            return ALL
        if self.sections == "folders":
            return self._join(folder, names)
        times = mark_times(names)
        named = [
            name
            for name, is_time in zip(names, times, strict=True)
            if not is_time
        ]
        if len(named) > 1:
            raise ValueError(
                "Between a machine and its recordings there may be one folder "
                "that names the section, beside dates and shifts. Received: "
                f"{_first(folder)}, in {' and '.join(named)}. {WAY_OUT}"
            )
        self._remember(folder, is_dated=not named)
        return named[0] if named else ALL

    def _join(self, folder: RecordingFolder, names: tuple[str, ...]) -> str:
        section = "_".join(names)
        if self._joined.setdefault(section, names) != names:
            raise ValueError(
                "Every section must have a name of its own. Received: "
                f"{_first(folder)}, of section {section}, as another folder "
                "of the machine. Rename one of them."
            )
        return section

    def _remember(self, folder: RecordingFolder, is_dated: bool) -> None:
        """Refuses sections beside dates of no section, in one split."""
        split = folder.split[0]
        own, others = self._named, self._dated
        if is_dated:
            own, others = others, own
        own.setdefault(split, folder)
        if split in others:
            raise ValueError(
                "The folders of a machine must all be dates and shifts, or "
                "all name its sections. Received: "
                f"{_first(others[split])} and {_first(folder)}. {WAY_OUT}"
            )


def inner_names(inner: Sequence[str]) -> tuple[str, ...]:
    """Returns the folder names that are no label.

    >>> inner_names(("Normal", "left"))
    ('left',)
    """
    return tuple(name for name in inner if name.casefold() not in LABELS)


def _first(folder: RecordingFolder) -> str:
    return str(folder.path / folder.names[0])
