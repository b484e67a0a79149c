"""Manifest of a version folder: every file with its SHA-256.

With it a damaged, half-copied or changed version is found before it is
loaded. It is no signature: who can write the files can write the manifest.
To guard against that, keep the digest of the manifest elsewhere.
"""

import json
import os
import pathlib
import stat
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from pipelines import atomic
from pipelines.runs.digests import FILES
from pipelines.runs.digests import describe_file
from pipelines.runs.digests import is_unchanged
from pipelines.runs.digests import read_listing
from pipelines.runs.digests import show_names

MANIFEST = pathlib.Path("assets.extra") / "manifest.json"


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
        name: describe_file(path) for name, path in sorted(_list_files(folder))
    }
    text = json.dumps({**facts, FILES: files}, indent=2, allow_nan=False)
    atomic.write_text(folder / MANIFEST, text + "\n")
    return folder / MANIFEST


def verify_manifest(
    folder: pathlib.Path, only: Collection[str] | None = None
) -> dict[str, Any]:
    """Compares the files of a version folder with its manifest.

    Args:
        folder: Folder of the version.
        only: Names of files that are read, where others may be missing;
            every file if `None`.

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
    found = dict(_list_files(folder) if only is None else _take(folder, only))
    manifest = _read_manifest(folder)
    listed = manifest[FILES]
    if only is not None:
        listed = {name: listed.get(name) for name in only}
    faults = {
        "missing": sorted(set(listed) - set(found)),
        "not in the manifest": sorted(set(found) - set(listed)),
        "changed": [
            name
            for name in sorted(set(found) & set(listed))
            if not is_unchanged(found[name], listed[name])
        ],
    }
    shown = [
        f"{fault}: {show_names(names)}"
        for fault, names in faults.items()
        if names
    ]
    if shown:
        raise _refusal(folder, "; ".join(shown))
    return manifest


def _list_files(folder: pathlib.Path) -> Iterator[tuple[str, pathlib.Path]]:
    """Names with `/` and paths of all files but the manifest."""
    for parent, folders, files in os.walk(folder):
        names = (pathlib.Path(parent, name) for name in (*folders, *files))
        for path in names:
            relative = path.relative_to(folder)
            if _is_file(folder, relative) and relative != MANIFEST:
                yield relative.as_posix(), path


def _take(
    folder: pathlib.Path, names: Collection[str]
) -> Iterator[tuple[str, pathlib.Path]]:
    """Likewise, of some names alone."""
    for name in names:
        path = folder / name
        if path.exists() and _is_file(folder, pathlib.Path(name)):
            yield name, path


def _is_file(folder: pathlib.Path, relative: pathlib.Path) -> bool:
    """Whether it is a file and no folder; anything else is refused."""
    mode = (folder / relative).lstat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        kind = "a link" if stat.S_ISLNK(mode) else "no plain file"
        fault = f"{kind}: {show_names([relative.as_posix()])}"
        raise _refusal(folder, fault)
    return stat.S_ISREG(mode)


def _read_manifest(folder: pathlib.Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if not path.is_file():
        raise _refusal(folder, f"no {MANIFEST}")
    try:
        return read_listing(path)
    except ValueError as error:
        raise _refusal(folder, f"{MANIFEST} {error}") from None


def _refusal(folder: pathlib.Path, fault: str) -> ValueError:
    return ValueError(
        f"A version must hold what its manifest says. Received: {folder}, "
        f"{fault}. Do not load it; copy or export it again."
    )
