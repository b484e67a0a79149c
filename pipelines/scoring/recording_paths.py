"""Paths of recordings from the files and folders of a command line."""

import os
from collections.abc import Sequence

from pipelines.datasets.recording_folder import SUFFIXES
from pipelines.datasets.recording_folder import walk_folders


def find_recordings(paths: Sequence[str]) -> list[str]:
    """Lists recordings, each once, in a fixed order.

    A folder is walked through, its own recordings first, then its folders,
    by name; hidden files and folders are passed over, linked folders are
    followed, but not back to one they lie in. Any other path is taken for a
    recording.

    Args:
        paths: Paths of recordings and folders.

    Returns:
        Paths of recordings; those of a folder begin with the folder's path.

    Raises:
        FileNotFoundError: If a folder holds no recording.
        OSError: If a folder cannot be read.

    >>> find_recordings(["b.wav", "a.wav", "./b.wav"])
    ['b.wav', 'a.wav']
    """
    found: dict[str, str] = {}
    for path in paths:
        recordings = [path]
        if os.path.isdir(path):
            recordings = [
                os.path.join(folder, name)
                for folder, names in walk_folders(path)
                for name in names
            ]
        if not recordings:
            raise FileNotFoundError(
                f"A folder must hold recordings ({', '.join(SUFFIXES)}). "
                f"Received: {path}, without any."
            )
        for recording in recordings:
            found.setdefault(os.path.abspath(recording), recording)
    return list(found.values())
