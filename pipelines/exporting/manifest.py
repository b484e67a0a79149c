"""Manifest of a version folder: every file with its SHA-256.

With it a damaged, half-copied or changed version is found before it is
loaded. It is no signature: who can write the files can write the manifest.
To guard against that, keep the digest of the manifest elsewhere.
"""

import hashlib
import json
import os
import pathlib
import stat
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from pipelines import atomic

MANIFEST = pathlib.Path("assets.extra") / "manifest.json"
FILES = "files"
MAX_MANIFEST_BYTES = 2**24
NUM_FILES_SHOWN = 3


def write_manifest(
    folder: pathlib.Path, facts: Mapping[str, Any]
) -> pathlib.Path:
    """Writes the manifest of a version folder, last of all its files.

    Args:
        folder: Folder of the version, with all its files.
        facts: Further content, as plain JSON.

    Returns:
        Path of the manifest, `<folder>/assets.extra/manifest.json`.

    Raises:
        ValueError: If the folder holds a link or anything else that is no
            plain file, or `facts` has the name `"files"` or a number that
            is not finite.

    >>> import tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "saved_model.pb").write_bytes(b"graph")
    >>> _ = write_manifest(folder, {"machines": ["fan"]})
    >>> sorted(verify_manifest(folder))
    ['files', 'machines']
    >>> _ = (folder / "saved_model.pb").write_bytes(b"grave")
    >>> verify_manifest(folder)
    Traceback (most recent call last):
    ValueError: A version must hold what its manifest says. ...
    """
    folder = pathlib.Path(folder)
    if FILES in facts:
        raise ValueError(
            f"`facts` must leave the name {FILES!r} to the manifest. "
            f"Received: {sorted(facts)}."
        )
    files = {
        name: {"bytes": path.stat().st_size, "sha256": _digest(path)}
        for name, path in sorted(_list_files(folder))
    }
    text = json.dumps({**facts, FILES: files}, indent=2, allow_nan=False)
    atomic.write_text(folder / MANIFEST, text + "\n")
    return folder / MANIFEST


def verify_manifest(folder: pathlib.Path) -> dict[str, Any]:
    """Compares every file of a version folder with its manifest.

    Args:
        folder: Folder of the version.

    Returns:
        Manifest: the facts, and the files under `"files"`.

    Raises:
        ValueError: If there is no manifest or it cannot be read, or a file
            is changed, missing, not listed, a link or no plain file.

    >>> verify_manifest(pathlib.Path("no_such_model/1"))
    Traceback (most recent call last):
    ValueError: A version must hold what its manifest says. ...
    """
    folder = pathlib.Path(folder)
    found = dict(_list_files(folder))
    manifest = _read_manifest(folder)
    listed = manifest[FILES]
    faults = {
        "missing": sorted(set(listed) - set(found)),
        "not in the manifest": sorted(set(found) - set(listed)),
        "changed": [
            name
            for name in sorted(set(found) & set(listed))
            if not _is_unchanged(found[name], listed[name])
        ],
    }
    shown = [
        f"{fault}: {_name(names)}" for fault, names in faults.items() if names
    ]
    if shown:
        raise _refusal(folder, "; ".join(shown))
    return manifest


def _list_files(folder: pathlib.Path) -> Iterator[tuple[str, pathlib.Path]]:
    """Names with `/` and paths of all files but the manifest."""
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = pathlib.Path(parent, name)
            relative = path.relative_to(folder)
            mode = path.lstat().st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                kind = "a link" if stat.S_ISLNK(mode) else "no plain file"
                fault = f"{kind}: {_name([relative.as_posix()])}"
                raise _refusal(folder, fault)
            if stat.S_ISREG(mode) and relative != MANIFEST:
                yield relative.as_posix(), path


def _read_manifest(folder: pathlib.Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if not path.is_file():
        raise _refusal(folder, f"no {MANIFEST}")
    try:
        if path.stat().st_size > MAX_MANIFEST_BYTES:
            raise ValueError
        manifest = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise _refusal(folder, f"{MANIFEST} is no JSON") from None
    files = manifest.get(FILES) if isinstance(manifest, dict) else None
    if not isinstance(files, dict):
        raise _refusal(folder, f"{MANIFEST} lists no files")
    return manifest


def _is_unchanged(path: pathlib.Path, entry: Any) -> bool:
    if not isinstance(entry, dict):
        return False
    # The size first: it costs nothing.
    has_size = entry.get("bytes") == path.stat().st_size
    return has_size and entry.get("sha256") == _digest(path)


def _digest(path: pathlib.Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _name(names: list[str]) -> str:
    """A few names for one line, whatever characters they have."""
    shown = [
        name if name.isprintable() else ascii(name)
        for name in names[:NUM_FILES_SHOWN]
    ]
    return ", ".join(shown + ["..."] * (len(names) > NUM_FILES_SHOWN))


def _refusal(folder: pathlib.Path, fault: str) -> ValueError:
    return ValueError(
        f"A version must hold what its manifest says. Received: {folder}, "
        f"{fault}. Do not load it; copy or export it again."
    )
