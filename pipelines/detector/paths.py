"""Paths as Python gives them: one or several, text or `pathlib`."""

import os
from collections.abc import Sequence

Path = str | os.PathLike[str]
Paths = Path | Sequence[Path]


def list_paths(paths: Paths) -> list[str]:
    """Returns one path or several as a list.

    >>> import pathlib
    >>> list_paths("a.wav"), list_paths([pathlib.Path("a.wav"), "b.wav"])
    (['a.wav'], ['a.wav', 'b.wav'])
    """
    if isinstance(paths, (str, os.PathLike)):
        return [os.fspath(paths)]
    return [os.fspath(path) for path in paths]
