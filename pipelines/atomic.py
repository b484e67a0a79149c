"""Files that are whole or absent, and locks that end with their process."""

import contextlib
import logging
import os
import pathlib
import shutil
import socket
from collections.abc import Iterator
from typing import IO
from typing import Any

import filelock

logger = logging.getLogger(__name__)


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[pathlib.Path]:
    """Gives a place beside `path`, and moves it there on success.

    Whoever is killed while writing leaves the old file as it was, and a
    hidden `.partial` sibling that the next writer of `path` removes. The
    sibling keeps the suffix, since many writers choose a format by it. A
    folder works too, where `path` is not there yet. One writer at a time.

    Args:
        path: Where the file shall be. Its folder is made.

    >>> import tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> with replacing(folder / "scores.csv") as temporary:
    ...     _ = temporary.write_text("a.wav,0.5")
    ...     print(temporary.name, (folder / "scores.csv").exists())
    .scores.partial.csv False
    >>> (folder / "scores.csv").read_text()
    'a.wav,0.5'
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.partial{path.suffix}")
    _remove(temporary)
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        _remove(temporary)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    r"""Writes `text` to `path` as UTF-8 with `\n` ends, whole or not at all.

    Names of files that are not UTF-8 come back as their own bytes.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "new" / "table.md"
    >>> write_text(path, "| AUC |")
    >>> path.read_text()
    '| AUC |'
    """
    with replacing(path) as temporary:
        temporary.write_bytes(text.encode("utf-8", errors="surrogateescape"))


def flush(path: str | os.PathLike[str]) -> None:
    """Waits until the disk has a file, or the names in a folder.

    >>> flush(".")
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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


def _remove(path: pathlib.Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
