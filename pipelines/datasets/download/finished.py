"""List of the archives that are unpacked."""

import json
import os
import pathlib
from typing import Any

from pipelines import atomic


class Finished:
    """A JSON file of the archives that were unpacked, by folder.

    The archives themselves may then be deleted.

    Args:
        root: Folder of the data set, which holds its parts.

    >>> import tempfile
    >>> root = pathlib.Path(tempfile.mkdtemp())
    >>> finished = Finished(root)
    >>> finished.mark("development/fan", "md5:0cc1", 5)
    >>> finished.num_files("development/fan", "md5:0cc1") is None
    True
    >>> (root / "development" / "fan").mkdir(parents=True)
    >>> finished.num_files("development/fan", "md5:0cc1")
    5
    """

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self.root = pathlib.Path(root)
        self._path = self.root / "finished.json"

    def num_files(self, folder: str, checksum: str) -> int | None:
        """Number of files that an archive left, or `None` if it is not done.

        Args:
            folder: Folder that it was unpacked to, relative to `root`.
            checksum: Checksum of the archive.
        """
        entry = self._load().get(folder)
        is_there = (self.root / folder).is_dir()
        if is_there and entry and entry["checksum"] == checksum:
            return entry["num_files"]
        return None

    def mark(self, folder: str, checksum: str, num_files: int) -> None:
        """Records that an archive is unpacked."""
        entries = self._load()
        entries[folder] = {"checksum": checksum, "num_files": num_files}
        atomic.write_text(self._path, json.dumps(entries, indent=1) + "\n")

    def _load(self) -> dict[str, Any]:
        if not self._path.exists():
            return {}
        try:
            return json.loads(self._path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ValueError(
                f"`finished.json` must be as it was written. Received: "
                f"{self._path}. Delete it: what is unpacked is then compared "
                "with the archives."
            ) from error
