"""Recording folders: one walk through a tree of recordings."""

import dataclasses
import os
import pathlib
import re
from collections.abc import Iterator
from collections.abc import Sequence

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


def walk_folders(root: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yields every folder below `root` that holds recordings, in a fixed order.

    Hidden files and folders are passed over. Linked folders are followed, but
    not back to one they lie in.

    Yields:
        Path of the folder, and the sorted file names of its recordings.

    Raises:
        OSError: If a folder cannot be read.
    """
    enclosing: dict[str, frozenset[str]] = {}
    for path, folders, files in os.walk(root, onerror=_fail, followlinks=True):
        real_path = os.path.realpath(path)
        above = enclosing.get(os.path.dirname(path), frozenset())
        if real_path in above:
            folders.clear()
            continue
        enclosing[path] = above | {real_path}
        folders[:] = sorted(name for name in folders if name[0] != ".")
        if names := tuple(sorted(filter(_is_recording, files))):
            yield path, names


def walk_recordings(root: pathlib.Path) -> Iterator[RecordingFolder]:
    """Yields the folders of `walk_folders` with their machine and split.

    What lies in a folder `supplemental` is passed over (DCASE 2025: machine
    alone or noise alone).

    Raises:
        ValueError: If recordings lie where no layout has any.
        OSError: If a folder cannot be read.

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


def _fail(error: OSError) -> None:
    raise error


def find_recordings(paths: Sequence[str]) -> list[str]:
    """Lists recordings, each once, in a fixed order.

    A folder is walked through, its own recordings first, then its folders,
    by name; hidden files and folders are passed over, linked folders are
    followed, but not back to one they lie in. Any other path is taken for a
    recording.

    Args:
        paths: Paths of recordings and folders.

    Returns:
        Paths of recordings; those of a folder begin with the folder's path.

    Raises:
        FileNotFoundError: If a folder holds no recording.
        OSError: If a folder cannot be read.

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
