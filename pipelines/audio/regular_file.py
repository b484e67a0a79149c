"""Regular files: the only ones that are read as recordings."""

import contextlib
import io
import os
import stat
from collections.abc import Iterator

from pipelines.files.posix import AT_ONCE

KINDS = {
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


@contextlib.contextmanager
def open_regular(path: str | os.PathLike[str]) -> Iterator[io.FileIO]:
    """Opens a regular file for reading, without waiting for anybody.

    Anything else may never have an end, or never begin: a FIFO without a
    writer, a device. What was opened is checked, so that nothing can be put
    in its place in between.

    Args:
        path: Path of the file.

    Yields:
        The open file, unbuffered.

    Raises:
        OSError: If it cannot be opened, or is a folder.
        ValueError: If it is no regular file, with what it is.

    >>> with open_regular("/dev/null"):
    ...     pass
    Traceback (most recent call last):
    ValueError: not a regular file: a device
    """
    with io.FileIO(os.open(path, AT_ONCE)) as file:
        mode = os.fstat(file.fileno()).st_mode
        if not stat.S_ISREG(mode):
            kind = KINDS.get(stat.S_IFMT(mode), "of an unknown kind")
            raise ValueError(f"not a regular file: {kind}")
        yield file
