"""Recording folders: one walk through a tree of recordings."""

import dataclasses
import logging
import os
import pathlib
from collections.abc import Iterator
from collections.abc import Sequence

from pipelines.datasets.tree_position import LEFT_OUT
from pipelines.datasets.tree_position import SPLITS
from pipelines.datasets.tree_position import is_almost_split
from pipelines.datasets.tree_position import is_mimii
from pipelines.datasets.tree_position import is_mimii_id
from pipelines.datasets.tree_position import locate
from pipelines.datasets.tree_position import name_root
from pipelines.files.names import escape_name

logger = logging.getLogger(__name__)

SUFFIXES = (".wav", ".flac", ".ogg", ".mp3")

LAYOUTS = (
    "Expected, below any number of folders, one of: "
    "`<machine>/{train,test}/*.wav` (DCASE 2020 and 2022 to 2026, or other "
    "names), `<machine>/{train,source_test,target_test}/*.wav` (DCASE "
    "2021), `<machine>/id_00/{normal,abnormal}/*.wav` (MIMII), "
    "`<machine>/*.wav` (normal sounds alone, also in folders of dates or "
    "shifts), or a CSV with the columns path, machine, split, label. "
    f"Recordings end in {', '.join(SUFFIXES)}."
)


@dataclasses.dataclass(frozen=True)
class RecordingFolder:
    """A folder that holds recordings, and its position in the tree.

    Args:
        path: Path of the folder.
        machine: Name of the machine's folder.
        below: Names of the folders from below the machine's folder down to
            this one, such as `("train",)`, `("id_00", "normal")` or `()`.
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
        home = self.path
        for _ in self.below:
            home = home.parent
        return home

    @property
    def has_split(self) -> bool:
        """Whether it lies in a split's folder."""
        return any(name.casefold() in SPLITS for name in self.below)

    @property
    def is_mimii(self) -> bool:
        """Whether it lies in a MIMII id's folder."""
        return is_mimii((self.machine, *self.below))

    @property
    def split(self) -> tuple[str, str | None]:
        """The split, `train` without a folder of its own, and the domain."""
        names = [name.casefold() for name in self.below]
        return SPLITS[next(filter(SPLITS.get, names), "train")]

    @property
    def inner(self) -> tuple[str, ...]:
        """Names of the folders below the machine's, without the split."""
        return tuple(
            name for name in self.below if name.casefold() not in SPLITS
        )


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
            if names := tuple(sorted(filter(is_recording, files))):
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
    above = name_root(root)
    for path, names in walk_folders(os.fspath(root)):
        folder = pathlib.Path(path)
        below_root = folder.relative_to(root).parts
        chain = (*above, *below_root)
        found = locate(chain)
        first = f"{folder / names[0]}, below root={root}. "
        if found is None or not chain[found.machine]:
            raise ValueError(
                "A recording must lie in the folder of a machine, named after "
                f"it. Received: {first}{LAYOUTS}"
            )
        split, machine = found.split, chain[found.machine]
        if split is None:
            _check_names(chain, below_root, found.machine, first)
        elif chain[split].casefold() == LEFT_OUT:
            continue
        below = chain[found.machine + 1 :]
        yield RecordingFolder(folder, machine, below, names)


def _check_names(
    chain: tuple[str, ...],
    below_root: tuple[str, ...],
    machine: int,
    first: str,
) -> None:
    """Refuses names without a split that look like another layout."""
    if is_mimii(chain):
        return
    if almost := list(filter(is_almost_split, below_root)):
        raise ValueError(
            "The folders of a split are named train and test. Received: "
            f"{first}Rename {almost[-1]} to one of them."
        )
    if is_mimii_id(chain[machine]):
        raise ValueError(
            f"Below {chain[machine]}, as MIMII names the units of a machine, "
            "there must be normal or abnormal, and above it the machine. "
            f"Received: {first}Give the folder of the machine, or rename "
            f"{chain[machine]}. {LAYOUTS}"
        )


def is_recording(name: str) -> bool:
    """Whether a file of this name is taken for a recording.

    >>> [is_recording(name) for name in ("a.WAV", "a.wav.part", ".a.wav")]
    [True, False, False]
    """
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
