"""Sizes in bytes, free space on the disk, and the error of a full one."""

import contextlib
import errno
import os
import pathlib
import shutil
from collections.abc import Iterator

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
# How it is worded by what wraps the system's error, such as TensorFlow.
_WORDS = tuple(os.strerror(number) for number in _NO_SPACE)


class FullDisk(OSError):
    """An error that names the full disk, and how much is missing.

    >>> str(FullDisk("The disk must hold what is written."))
    'The disk must hold what is written.'
    """


def format_bytes(num_bytes: float) -> str:
    """A number of bytes in the unit that suits it.

    >>> format_bytes(1_234_000_000), format_bytes(345_600), format_bytes(17)
    ('1.2 GB', '345.6 kB', '17 bytes')
    """
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if num_bytes >= size:
            return f"{num_bytes / size:.1f} {unit}"
    return f"{num_bytes:.0f} bytes"


def check_space(
    path: str | os.PathLike[str],
    num_bytes: float,
    what: str = "what is downloaded and unpacked",
    way_out: str = "Take fewer `--machines` or `--parts`, or another disk.",
) -> None:
    """Checks that a disk has room.

    Args:
        path: Folder to write to; need not be there.
        num_bytes: Bytes that are needed.
        what: What needs them, for the error.
        way_out: End of the error.

    Raises:
        FullDisk: If less is free.

    >>> check_space("no/such/folder", 1)
    """
    folder = _nearest_folder(path)
    free = shutil.disk_usage(folder).free
    if num_bytes > free:
        raise FullDisk(
            f"The disk must hold {what}. Received: about "
            f"{format_bytes(num_bytes)} to come and {format_bytes(free)} free "
            f"at {folder}, {format_bytes(num_bytes - free)} too few. {way_out}"
        )


@contextlib.contextmanager
def explaining_full_disk(
    path: str | os.PathLike[str], num_bytes: int | None = None
) -> Iterator[None]:
    """Names the disk, where what is written within finds it full.

    Args:
        path: File or folder that is written.
        num_bytes: Its expected size; about that of an older one in its place
            if `None`.

    Raises:
        FullDisk: In place of an error that says no more than that there is no
            space left, whoever raises it.

    >>> with explaining_full_disk("table.md", 2_000):
    ...     raise OSError(errno.ENOSPC, "No space left on device")
    Traceback (most recent call last):
    pipelines.files.disk.FullDisk: The disk must hold what is written. ...
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, FullDisk) or not is_full_disk(error):
            raise
        raise FullDisk(describe_full_disk(path, num_bytes)) from error


def is_full_disk(error: BaseException | None) -> bool:
    """Returns whether an error, or one behind it, is that of a full disk.

    >>> is_full_disk(OSError(errno.ENOSPC, "No space left on device"))
    True
    >>> is_full_disk(ValueError("A rule."))
    False
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        number = getattr(error, "errno", None)
        is_named = isinstance(error, FullDisk) or number in _NO_SPACE
        if is_named or any(word in str(error) for word in _WORDS):
            return True
        error = error.__cause__ or error.__context__
    return False


def describe_full_disk(
    path: str | os.PathLike[str], num_bytes: int | None = None
) -> str:
    """Returns the line of a full disk.

    Args:
        path: File or folder that is written.
        num_bytes: As in `explaining_full_disk`.

    >>> describe_full_disk("table.md")
    'The disk must hold what is written. Received: table.md, on a disk with ...'
    """
    path = pathlib.Path(path)
    folder = _nearest_folder(path)
    free = shutil.disk_usage(folder).free
    if num_bytes is None and path.is_file():
        num_bytes = path.stat().st_size
    if num_bytes is None:
        missing = f"more than {format_bytes(free)} are needed"
    elif num_bytes > free:
        missing = f"about {format_bytes(num_bytes - free)} more are needed"
    else:
        missing = "a quota, or what others write there, leaves too little"
    return (
        f"The disk must hold what is written. Received: {path}, on a disk with "
        f"{format_bytes(free)} free (mounted at {_mount_point(folder)}); "
        f"{missing}. Make room there, or choose another folder, and start the "
        "same command again."
    )


def _nearest_folder(path: str | os.PathLike[str]) -> pathlib.Path:
    folder = pathlib.Path(path).absolute()
    while not folder.is_dir():
        folder = folder.parent
    return folder


def _mount_point(folder: pathlib.Path) -> pathlib.Path:
    folder = folder.resolve()
    while not os.path.ismount(folder):
        folder = folder.parent
    return folder
