"""State of a recording: size, time and content, to know whether it changed."""

import dataclasses
import hashlib
import io
import os
import stat

from pipelines.audio.regular_file import open_regular


@dataclasses.dataclass(frozen=True)
class RecordingState:
    """What a recording was when it was read.

    Args:
        num_bytes: Size in bytes.
        modified: Time of the last change in nanoseconds, as the disk has it.
        sha256: SHA-256 of its bytes, hexadecimal.

    >>> RecordingState(44, 0, "c0ffee").num_bytes
    44
    """

    num_bytes: int
    modified: int
    sha256: str


def read_state(path: str | os.PathLike[str]) -> RecordingState:
    """Reads the state of a recording.

    Raises:
        OSError: If it cannot be read.
        ValueError: If it is no regular file.

    >>> read_state("/dev/null")
    Traceback (most recent call last):
    ValueError: not a regular file: a device
    """
    with open_regular(path) as file:
        return state_of(file)


def state_of(file: io.FileIO) -> RecordingState:
    """The state of an open recording, whose position stays.

    >>> with open_regular(__file__) as file:
    ...     state_of(file) == read_state(__file__)
    True
    """
    # Before its bytes: whatever changes while they are read is seen later.
    status = os.fstat(file.fileno())
    position = file.tell()
    file.seek(0)
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(position)
    return RecordingState(status.st_size, status.st_mtime_ns, sha256)


def has_changed(
    path: str | os.PathLike[str],
    before: RecordingState | None,
    verify: bool = False,
) -> bool:
    """Returns whether a recording has another content than it had.

    One of the same size and time is taken for unchanged, and not read.

    Args:
        path: The recording.
        before: What it was; `None` if it could not be read.
        verify: Whether its bytes are compared all the same.

    >>> has_changed(__file__, read_state(__file__), verify=True)
    False
    >>> has_changed("gone.wav", None), has_changed(__file__, None)
    (False, True)
    """
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            return before is not None
        if before is None:
            return os.access(path, os.R_OK)
        if status.st_size != before.num_bytes:
            return True
        if status.st_mtime_ns == before.modified and not verify:
            return False
        return read_state(path).sha256 != before.sha256
    except (OSError, ValueError):  # It cannot be read any more, or still not.
        return before is not None
