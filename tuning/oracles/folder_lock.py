"""One process at a time in a folder."""

import fcntl
import logging
import os
import pathlib
import socket
from types import TracebackType

logger = logging.getLogger(__name__)


class FolderLock:
    """Holds a folder until it is closed, or the process ends in any way.

    Args:
        path: File that stands for the folder. It stays, empty or not.

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

    def __init__(self, path: pathlib.Path):
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = open(path, "a+", encoding="utf-8")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.seek(0)
            holder = self._file.read().strip() or "another process"
            self._file.close()
            raise ValueError(
                "A folder is worked in by one process at a time. Received: "
                f"{path.parent}, which is held by {holder}. Wait for its end, "
                "or stop it."
            ) from None
        except OSError as error:
            logger.warning(
                "%s cannot be locked (%s): see to it yourself that no second "
                "process works there",
                path.parent,
                error.strerror,
            )
        self._file.truncate(0)
        self._file.write(f"process {os.getpid()} on {socket.gethostname()}\n")
        self._file.flush()

    def close(self) -> None:
        """Lets the next one in."""
        self._file.close()

    def __enter__(self) -> "FolderLock":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
