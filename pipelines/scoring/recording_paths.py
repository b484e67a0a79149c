"""Recordings as they are named on the command line, folders or single."""

import os
from collections.abc import Iterator
from collections.abc import Sequence

from pipelines.datasets.recording_folder import SUFFIXES


def find_recordings(places: Sequence[str]) -> list[str]:
    """Lists recordings, each once, in a fixed order.

    A folder is walked through, its own recordings first, then its folders,
    by name; hidden files and folders are passed over, linked folders are
    followed, but not back to one they lie in. Anything else is taken as the
    recording it is said to be.

    Args:
        places: Recordings and folders.

    Returns:
        Paths, those of a folder beginning as the folder was given.

    Raises:
        FileNotFoundError: If a folder holds no recording.
        OSError: If a folder cannot be read.

    >>> find_recordings(["b.wav", "a.wav", "./b.wav"])
    ['b.wav', 'a.wav']
    """
    found: dict[str, str] = {}
    for place in places:
        paths = list(_walk(place)) if os.path.isdir(place) else [place]
        if not paths:
            raise FileNotFoundError(
                f"A folder must hold recordings ({', '.join(SUFFIXES)}). "
                f"Received: {place}, without any."
            )
        for path in paths:
            found.setdefault(os.path.abspath(path), path)
    return list(found.values())


def _walk(root: str) -> Iterator[str]:
    above: dict[str, frozenset[str]] = {}
    for path, folders, files in os.walk(root, onerror=_fail, followlinks=True):
        real_path = os.path.realpath(path)
        enclosing = above.get(os.path.dirname(path), frozenset())
        if real_path in enclosing:
            folders.clear()
            continue
        above[path] = enclosing | {real_path}
        folders[:] = sorted(name for name in folders if name[0] != ".")
        for name in sorted(files):
            if name[0] != "." and name.casefold().endswith(SUFFIXES):
                yield os.path.join(path, name)


def _fail(error: OSError) -> None:
    raise error
