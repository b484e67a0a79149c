"""State of a recording: size, time and content, to know whether it changed."""

import dataclasses
import errno
import hashlib
import os
import pathlib
import stat


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
        OSError: If it cannot be read, or is no plain file.

    >>> read_state("/dev/null")
    Traceback (most recent call last):
    OSError: [Errno 22] no plain file
    """
    # Before its bytes: whatever changes while they are read is seen later.
    found = _look_at(path)
    with pathlib.Path(path).open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return RecordingState(found.st_size, found.st_mtime_ns, sha256)


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
        found = _look_at(path)
        if before is None:
            return os.access(path, os.R_OK)
        if found.st_size != before.num_bytes:
            return True
        if found.st_mtime_ns == before.modified and not verify:
            return False
        return read_state(path).sha256 != before.sha256
    except OSError:  # It cannot be read any more, or still not.
        return before is not None


def _look_at(path: str | os.PathLike[str]) -> os.stat_result:
    found = os.stat(path)
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "no plain file")
    return found
