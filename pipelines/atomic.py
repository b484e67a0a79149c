"""Files that are whole or absent, and locks that end with their process."""

import contextlib
import logging
import os
import pathlib
import shutil
import socket
import tempfile
from collections.abc import Iterator
from typing import IO
from typing import Any

import filelock

from pipelines.files.disk import explaining_full_disk
from pipelines.files.posix import IS_POSIX

logger = logging.getLogger(__name__)

_PREFIX = ".partial-"


@contextlib.contextmanager
def replacing(
    path: str | os.PathLike[str], num_bytes: int | None = None
) -> Iterator[pathlib.Path]:
    """Gives a temporary path, and moves what is written there to `path`.

    On success the file is on the disk, and so is its name, when this returns:
    it outlasts a power cut. Whoever is killed while writing leaves the old
    file as it was, and a hidden folder that the next writer in this folder
    removes. Of two writers each has a temporary path of its own, of the same
    name as `path`, and the last one wins. A folder works too, where `path` is
    not there yet.

    Args:
        path: Where the file shall be. Its folder is made.
        num_bytes: Expected size, for the error of a full disk.

    Raises:
        FullDisk: If the disk has no room.

    >>> import tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> with replacing(folder / "scores.csv") as temporary:
    ...     _ = temporary.write_text("a.wav,0.5")
    ...     print(temporary.name, (folder / "scores.csv").exists())
    scores.csv False
    >>> (folder / "scores.csv").read_text()
    'a.wav,0.5'
    """
    path = pathlib.Path(path)
    with explaining_full_disk(path, num_bytes):
        path.parent.mkdir(parents=True, exist_ok=True)
        with _temporary_folder(path.parent) as folder:
            temporary = folder / path.name
            yield temporary
            flush_all(temporary)
            os.replace(temporary, path)
            flush(path.parent)


@contextlib.contextmanager
def _temporary_folder(parent: pathlib.Path) -> Iterator[pathlib.Path]:
    """A folder that is locked while it is in use, and removed in the end."""
    if not IS_POSIX:
        # A folder cannot be locked, and an abandoned one is not known as such.
        with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=parent) as name:
            yield pathlib.Path(name)
        return
    for abandoned in parent.glob(f"{_PREFIX}*"):
        _remove_unlocked(abandoned)
    while True:
        folder = pathlib.Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        # Until it is locked, another writer may take it for abandoned.
        with contextlib.suppress(FileNotFoundError):
            descriptor = os.open(folder, os.O_RDONLY)
            if _is_mine(descriptor) and folder.exists():
                break
            os.close(descriptor)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def _is_mine(descriptor: int) -> bool:
    try:
        return filelock.lock_descriptor(descriptor, blocking=False)
    except OSError:  # There are no locks, and nobody removes what is unlocked.
        return True


def _remove_unlocked(folder: pathlib.Path) -> None:
    """Removes the folder of a writer that has been killed."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            if filelock.lock_descriptor(descriptor, blocking=False):
                shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(descriptor)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    r"""Writes `text` to `path` as UTF-8 with `\n` ends, whole or not at all.

    Names of files that are not UTF-8 come back as their own bytes.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "new" / "table.md"
    >>> write_text(path, "| AUC |")
    >>> path.read_text()
    '| AUC |'
    """
    content = text.encode("utf-8", errors="surrogateescape")
    with replacing(path, len(content)) as temporary:
        temporary.write_bytes(content)


def flush(path: str | os.PathLike[str]) -> None:
    """Waits until the disk has a file, or the names in a folder.

    Only POSIX has folders that can be waited for.

    >>> flush(".")
    """
    if not IS_POSIX and os.path.isdir(path):
        return
    # Elsewhere only who may write a file may flush it.
    descriptor = os.open(path, os.O_RDONLY if IS_POSIX else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_all(path: pathlib.Path) -> None:
    """Waits until the disk has a file, or a folder with all in it.

    >>> flush_all(pathlib.Path("."))
    """
    for part in (*sorted(path.rglob("*")), path):
        flush(part)


def lock(file: IO[Any], waits: bool = False) -> bool:
    """Locks an open file until it is closed, or its process ends in any way.

    Where the file system has no locks, a warning is logged.

    Args:
        file: File open for writing; its content stays.
        waits: Whether to wait for whoever has the lock.

    Returns:
        False if somebody else has the lock.

    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile("w") as file:
    ...     with open(file.name, "a") as other:
    ...         lock(file), lock(other)
    (True, False)
    """
    try:
        return filelock.lock_descriptor(file.fileno(), blocking=waits)
    except OSError as error:
        logger.warning(
            "%s cannot be locked (%s): make sure that no second process works "
            "there",
            file.name,
            error.strerror,
        )
        return True


class FolderLock(contextlib.AbstractContextManager):
    """Holds a folder until it is closed, or the process ends in any way.

    Args:
        path: File that stands for the folder. It stays there.
        waits: Whether to wait for another holder.

    Raises:
        ValueError: If somebody else holds it.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "search.lock"
    >>> with FolderLock(path):
    ...     FolderLock(path)
    Traceback (most recent call last):
    ValueError: A folder is worked in by one process at a time. Received: ...
    >>> FolderLock(path).close()
    """

    def __init__(self, path: pathlib.Path, waits: bool = False):
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = open(path, "a+", encoding="utf-8")
        if not lock(self._file, waits):
            self._file.seek(0)
            holder = self._file.read().strip() or "another process"
            self._file.close()
            raise ValueError(
                "A folder is worked in by one process at a time. Received: "
                f"{path.parent}, which is held by {holder}. Wait for its end, "
                "or stop it."
            )
        self._file.truncate(0)
        self._file.write(f"process {os.getpid()} on {socket.gethostname()}\n")
        self._file.flush()

    def close(self) -> None:
        """Releases the folder."""
        self._file.close()

    def __exit__(self, *error: object) -> None:
        self.close()
