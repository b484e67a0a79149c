"""Lists of clips to score: folders, or a CSV."""

import dataclasses
import glob
import hashlib
import json
import os
import pathlib
from collections.abc import Mapping
from collections.abc import Sequence

from pipelines.datasets.csv_layout import read_rows
from pipelines.datasets.recording_folder import find_recordings


@dataclasses.dataclass(frozen=True)
class ListedClips:
    """Clips to score, in a fixed order, each once.

    Args:
        paths: Paths by which they are opened.
        names: Paths as they are listed, the same wherever the list lies.
        machines: Machine of each path that the list names one for.

    >>> clips = ListedClips(("/data/a.wav",), ("a.wav",))
    >>> elsewhere = ListedClips(("/mnt/a.wav",), ("a.wav",))
    >>> clips.digest == elsewhere.digest
    True
    """

    paths: tuple[str, ...]
    names: tuple[str, ...]
    machines: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def digest(self) -> str:
        """SHA-256 of the names and machines, in order."""
        digest = hashlib.sha256()
        for path, name in zip(self.paths, self.names, strict=True):
            line = json.dumps([name, self.machines.get(path, "")])
            digest.update(line.encode("ascii") + b"\n")
        return digest.hexdigest()


def find_listed_clips(recordings: Sequence[str]) -> ListedClips:
    """Lists recordings and those of folders, as `find_recordings` does.

    Args:
        recordings: Paths of recordings and folders, or patterns of them, such
            as `line1/*/*.wav`.

    >>> find_listed_clips(["b.wav", "a.wav"]).names
    ('b.wav', 'a.wav')
    """
    expanded: list[str] = []
    for path in recordings:
        is_pattern = glob.has_magic(path) and not os.path.lexists(path)
        found = sorted(glob.glob(path, recursive=True)) if is_pattern else []
        expanded += found or [path]
    paths = tuple(find_recordings(expanded))
    return ListedClips(paths, paths)


def read_listed_clips(table: str) -> ListedClips:
    r"""Reads the clips of a CSV, comma separated, UTF-8, with a header.

    Columns: `path` (relative to the CSV's folder, or absolute) and, where
    wanted, `machine` (a machine, or machine and section as `fan/id_00`) and
    `section`. Where `machine` is empty, the path says the machine. Other
    columns are ignored, so the CSV of a training's clips will do. Whether the
    recordings exist shows when they are scored.

    Args:
        table: Path of the CSV.

    Raises:
        OSError: If it cannot be read.
        ValueError: If it is no such table. The message names the line.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as root:
    ...     table = pathlib.Path(root, "clips.csv")
    ...     size = table.write_text("path,machine\n1.wav,fan\n2.wav,\n")
    ...     clips = read_listed_clips(str(table))
    >>> clips.names, list(clips.machines.values())
    (('1.wav', '2.wav'), ['fan'])
    """
    folder = pathlib.Path(table).parent
    paths: list[str] = []
    names: list[str] = []
    machines: dict[str, str] = {}
    for row, line in read_rows(pathlib.Path(table), ["path"]):
        if not row["path"]:
            raise ValueError(
                f"`path` must not be empty. Received: line {line} of {table}."
            )
        path = os.fspath(folder / row["path"])
        if machine := row.get("machine", ""):
            section = row.get("section", "")
            machines[path] = f"{machine}/{section}" if section else machine
        paths.append(path)
        names.append(row["path"])
    return ListedClips(tuple(paths), tuple(names), machines)
