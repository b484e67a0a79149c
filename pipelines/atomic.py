"""Files that are either whole or not there."""

import contextlib
import os
import pathlib
import shutil
from collections.abc import Iterator


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[pathlib.Path]:
    """Gives a place beside `path`, and moves it there on success.

    Whoever is killed while writing leaves the old file as it was, and a
    hidden `.partial` sibling that the next writer of `path` removes. The
    sibling keeps the suffix, since many writers choose a format by it. A
    folder works too, where `path` is not there yet. One writer at a time.

    Args:
        path: Where the file shall be. Its folder is made.

    >>> import tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> with replacing(folder / "scores.csv") as temporary:
    ...     _ = temporary.write_text("a.wav,0.5")
    ...     print(temporary.name, (folder / "scores.csv").exists())
    .scores.partial.csv False
    >>> (folder / "scores.csv").read_text()
    'a.wav,0.5'
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.partial{path.suffix}")
    _remove(temporary)
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        _remove(temporary)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    r"""Writes `text` to `path` as UTF-8 with `\n` ends, whole or not at all.

    Names of files that are not UTF-8 come back as their own bytes.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "new" / "table.md"
    >>> write_text(path, "| AUC |")
    >>> path.read_text()
    '| AUC |'
    """
    with replacing(path) as temporary:
        temporary.write_bytes(text.encode("utf-8", errors="surrogateescape"))


def _remove(path: pathlib.Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
