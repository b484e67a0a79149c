"""Scan of a growing folder for recordings that are new or have changed."""

import os
import stat
from collections.abc import Collection
from collections.abc import Iterator

from pipelines.datasets.recording_folder import is_recording

# Size in bytes, and time of the last change in nanoseconds.
State = tuple[int, int]


def scan_folder(root: str, known: Collection[str] = ()) -> dict[str, State]:
    """Lists the recordings below a folder, and the state of those not known.

    Hidden names are passed over; linked folders are followed, each once. What
    vanishes meanwhile is left out.

    Args:
        root: Path of the folder.
        known: Paths to leave out: to ask the disk for the state of a recording
            takes most of the time.

    Returns:
        State by path of the other recordings.

    Raises:
        OSError: If `root` cannot be read.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as root:
    ...     pathlib.Path(root, "a.wav").touch()
    ...     pathlib.Path(root, "b.wav.part").touch()
    ...     states = scan_folder(root)
    >>> [(os.path.basename(path), states[path][0]) for path in states]
    [('a.wav', 0)]
    """
    states: dict[str, State] = {}
    for entry in _walk(root):
        if entry.path in known:
            continue
        try:
            status = entry.stat()
        except OSError:
            continue
        if stat.S_ISREG(status.st_mode):
            states[entry.path] = (status.st_size, status.st_mtime_ns)
    return states


def _walk(root: str) -> Iterator[os.DirEntry[str]]:
    seen: set[tuple[int, int]] = set()
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            status = os.stat(folder)
            identity = (status.st_dev, status.st_ino)
            entries = [] if identity in seen else [*os.scandir(folder)]
        except OSError:
            if folder == root:
                raise
            continue
        seen.add(identity)
        for entry in entries:
            if entry.name[0] == ".":
                continue
            if is_recording(entry.name):
                yield entry
            elif _is_folder(entry):
                folders.append(entry.path)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
