"""Whether what is coming fits on the disk."""

import os
import pathlib
import shutil

from pipelines.datasets.download.numbers import format_bytes


def check_space(path: str | os.PathLike[str], num_bytes: float) -> None:
    """Refuses what does not fit.

    Args:
        path: Where it shall lie; need not be there.
        num_bytes: How much it takes.

    Raises:
        OSError: If less is free there.

    >>> check_space("no/such/folder", 1)
    """
    place = pathlib.Path(path).absolute()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if num_bytes > free:
        raise OSError(
            "The disk must hold what is downloaded and unpacked. Received: "
            f"about {format_bytes(num_bytes)} to come and "
            f"{format_bytes(free)} free at {place}. Take fewer `--machines` "
            "or `--parts`, or another disk."
        )
