"""Recording folders: one walk through a tree of recordings."""

import dataclasses
import logging
import os
import pathlib
import re
from collections.abc import Iterator
from collections.abc import Sequence

from pipelines.files.names import escape_name

logger = logging.getLogger(__name__)

SUFFIXES = (".wav", ".flac", ".ogg", ".mp3")

# Split and domain that a folder's name stands for.
SPLITS: dict[str, tuple[str, str | None]] = {
    "train": ("train", None),
    "test": ("test", None),
    "source_test": ("test", "source"),
    "target_test": ("test", "target"),
}

LAYOUTS = (
    "Expected, below any number of folders, one of: "
    "`<machine>/{train,test}/*.wav` (DCASE 2020 and 2022 to 2026, or other "
    "names), `<machine>/{train,source_test,target_test}/*.wav` (DCASE "
    "2021), `<machine>/id_00/{normal,abnormal}/*.wav` (MIMII), or a CSV with "
    "the columns path, machine, split, label. Recordings end in "
    f"{', '.join(SUFFIXES)}."
)

_LEFT_OUT = "supplemental"
_MIMII_ID = re.compile(r"id_[0-9]{2}")


@dataclasses.dataclass(frozen=True)
class RecordingFolder:
    """A folder that holds recordings, and its position in the tree.

    Args:
        path: Path of the folder.
        machine: Name of the machine's folder.
        below: Names of the folders from below the machine's folder down to
            this one, such as `("train",)` or `("id_00", "normal")`.
        names: Sorted file names of the recordings in it.

    >>> folder = RecordingFolder(
    ...     pathlib.Path("fan/test/a"), "fan", ("test", "a"), ("1.wav",))
    >>> folder.home.as_posix()
    'fan'
    """

    path: pathlib.Path
    machine: str
    below: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def home(self) -> pathlib.Path:
        """The folder of the machine."""
        return self.path.parents[len(self.below) - 1]

    @property
    def has_split(self) -> bool:
        """Whether the first folder is a split, rather than a MIMII id."""
        return self.below[0].casefold() in SPLITS

    @property
    def split(self) -> tuple[str, str | None]:
        """The split, and the domain if the folder's name has it."""
        return SPLITS[self.below[0].casefold()]


def walk_folders(root: str) -> list[tuple[str, tuple[str, ...]]]:
    """Lists every folder below `root` that holds recordings, in a fixed order.

    Hidden files and folders are passed over. Linked folders are followed. Each
    folder is listed once, however many links lead to it: by its own path if it
    lies below `root`. One that cannot be read is named by a warning.

    Returns:
        Path of each folder, and the sorted file names of its recordings; its
        own recordings come before those of the folders in it.

    Raises:
        OSError: If `root` cannot be read.
    """
    seen: set[tuple[int, int]] = set()
    found: list[tuple[str, tuple[str, ...]]] = []

    def is_new(path: str) -> bool:
        try:
            status = os.stat(path)
        except OSError as error:
            leave_out(error)
            return False
        identity = (status.st_dev, status.st_ino)
        is_first = identity not in seen
        seen.add(identity)
        return is_first

    def leave_out(error: OSError) -> None:
        if error.filename == root:
            raise error
        logger.warning(
            "left out: folder %s: cannot be read: %s",
            escape_name(error.filename),
            error.strerror,
        )

    links = [root]
    for start in links:  # It grows: links come after all that needs none.
        for path, folders, files in os.walk(start, onerror=leave_out):
            if not is_new(path):
                folders.clear()
                continue
            folders[:] = sorted(name for name in folders if name[0] != ".")
            below = (os.path.join(path, name) for name in folders)
            links += filter(os.path.islink, below)
            if names := tuple(sorted(filter(_is_recording, files))):
                found.append((path, names))
    return sorted(found, key=lambda folder: pathlib.Path(folder[0]).parts)


def walk_recordings(root: pathlib.Path) -> Iterator[RecordingFolder]:
    """Yields the folders of `walk_folders` with their machine and split.

    What lies in a folder `supplemental` is passed over (DCASE 2025: machine
    alone or noise alone).

    Raises:
        ValueError: If recordings lie where no layout has any.
        OSError: If `root` cannot be read.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as root:
    ...     pathlib.Path(root, "fan", "train").mkdir(parents=True)
    ...     pathlib.Path(root, "fan", "train", "1.wav").touch()
    ...     [folder.below for folder in walk_recordings(pathlib.Path(root))]
    [('train',)]
    """
    root_name = os.path.basename(os.path.abspath(root))
    for path, names in walk_folders(os.fspath(root)):
        folder = pathlib.Path(path)
        chain = (root_name, *folder.relative_to(root).parts)
        depth = _machine_depth(chain)
        if depth is None:
            raise ValueError(
                "A recording must lie in the folder of a split or label. "
                f"Received: {folder / names[0]}, below root={root}. {LAYOUTS}"
            )
        if chain[depth + 1].casefold() != _LEFT_OUT:
            below = chain[depth + 1 :]
            yield RecordingFolder(folder, chain[depth], below, names)


def _machine_depth(chain: tuple[str, ...]) -> int | None:
    """Index of the machine among the folder names from `root` down.

    The split or label nearest to the recordings counts, so that the name of a
    folder further up never matters.
    """
    folded = [name.casefold() for name in chain]
    if (
        len(chain) >= 3
        and chain[-1] in ("normal", "abnormal")
        and _MIMII_ID.fullmatch(chain[-2])
        and folded[-3] not in SPLITS
    ):
        return len(chain) - 3
    for index in range(len(chain) - 1, 0, -1):
        if folded[index] in SPLITS or folded[index] == _LEFT_OUT:
            return index - 1
    return None


def _is_recording(name: str) -> bool:
    return name[0] != "." and name.casefold().endswith(SUFFIXES)


def find_recordings(paths: Sequence[str]) -> list[str]:
    """Lists recordings, each once, in a fixed order.

    A folder is walked through by `walk_folders`. Any other path is taken for
    a recording.

    Args:
        paths: Paths of recordings and folders.

    Returns:
        Paths of recordings; those of a folder begin with the folder's path.

    Raises:
        FileNotFoundError: If a folder holds no recording.
        OSError: If a folder of these paths cannot be read.

    >>> find_recordings(["b.wav", "a.wav", "./b.wav"])
    ['b.wav', 'a.wav']
    """
    found: dict[str, str] = {}
    for path in paths:
        recordings = [path]
        if os.path.isdir(path):
            recordings = [
                os.path.join(folder, name)
                for folder, names in walk_folders(path)
                for name in names
            ]
        if not recordings:
            raise FileNotFoundError(
                f"A folder must hold recordings ({', '.join(SUFFIXES)}). "
                f"Received: {path}, without any."
            )
        for recording in recordings:
            found.setdefault(os.path.abspath(recording), recording)
    return list(found.values())
