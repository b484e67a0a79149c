"""Sizes and SHA-256 of files, and the manifests that list them."""

import hashlib
import json
import pathlib
from typing import Any

FILES = "files"
MAX_MANIFEST_BYTES = 2**24
NUM_FILES_SHOWN = 3


def digest(path: pathlib.Path) -> str:
    """Returns the SHA-256 of a file, hexadecimal.

    >>> digest(pathlib.Path("/dev/null"))[:8]
    'e3b0c442'
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def describe_file(path: pathlib.Path) -> dict[str, Any]:
    """Returns the entry of a file in a manifest.

    >>> describe_file(pathlib.Path("/dev/null"))["bytes"]
    0
    """
    return {"bytes": path.stat().st_size, "sha256": digest(path)}


def is_unchanged(path: pathlib.Path, entry: Any) -> bool:
    """Returns whether a file is what its entry says.

    >>> path = pathlib.Path("/dev/null")
    >>> is_unchanged(path, describe_file(path)), is_unchanged(path, None)
    (True, False)
    """
    if not isinstance(entry, dict):
        return False
    # The size first: it costs nothing.
    has_size = entry.get("bytes") == path.stat().st_size
    return has_size and entry.get("sha256") == digest(path)


def read_listing(path: pathlib.Path) -> dict[str, Any]:
    """Reads a manifest.

    Raises:
        ValueError: If it is none, with the reason alone as its message.

    >>> read_listing(pathlib.Path("/dev/null"))
    Traceback (most recent call last):
    ValueError: is no JSON
    """
    try:
        if path.stat().st_size > MAX_MANIFEST_BYTES:
            raise ValueError
        manifest = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise ValueError("is no JSON") from None
    files = manifest.get(FILES) if isinstance(manifest, dict) else None
    if not isinstance(files, dict):
        raise ValueError("lists no files")
    return manifest


def show_names(names: list[str]) -> str:
    r"""A few names for one line, whatever characters they have.

    >>> show_names(["a", "b\n", "c", "d"])
    "a, 'b\\n', c, ..."
    """
    shown = [
        name if name.isprintable() else ascii(name)
        for name in names[:NUM_FILES_SHOWN]
    ]
    return ", ".join(shown + ["..."] * (len(names) > NUM_FILES_SHOWN))
