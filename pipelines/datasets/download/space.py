"""Sizes in bytes, and free space on the disk."""

import os
import pathlib
import shutil


def format_bytes(num_bytes: float) -> str:
    """A number of bytes in the unit that suits it.

    >>> format_bytes(1_234_000_000), format_bytes(345_600), format_bytes(17)
    ('1.2 GB', '345.6 kB', '17 bytes')
    """
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if num_bytes >= size:
            return f"{num_bytes / size:.1f} {unit}"
    return f"{num_bytes:.0f} bytes"


def check_space(path: str | os.PathLike[str], num_bytes: float) -> None:
    """Checks that a disk has room.

    Args:
        path: Folder to write to; need not be there.
        num_bytes: Bytes that are needed.

    Raises:
        OSError: If less is free.

    >>> check_space("no/such/folder", 1)
    """
    folder = pathlib.Path(path).absolute()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if num_bytes > free:
        raise OSError(
            "The disk must hold what is downloaded and unpacked. Received: "
            f"about {format_bytes(num_bytes)} to come and "
            f"{format_bytes(free)} free at {folder}. Take fewer `--machines` "
            "or `--parts`, or another disk."
        )
