"""Clip list of a run, as a CSV file."""

import csv
import dataclasses
import io
import json
import pathlib
from collections.abc import Sequence

from pipelines import atomic
from pipelines.audio.inspected_clip import InspectedClip
from pipelines.datasets.clip import Clip
from pipelines.files.names import escape_name
from pipelines.files.names import read_name
from pipelines.files.names import table_cell
from pipelines.runs.run_files import reading

COLUMNS = (
    "path",
    "machine",
    "section",
    "split",
    "is_anomaly",
    "domain",
    "attributes",
    "session",
    "role",
    "reason",
    "container",
    "subtype",
    "sampling_rate",
    "num_channels",
    "num_samples",
    "is_bare",
    "sha256",
    "num_bytes",
    "modified",
)
# Spelt as in `pipelines.files.names`.
NAMES = ("path", "machine", "section", "session")
TRUTHS = {"": None, "True": True, "False": False}


@dataclasses.dataclass(frozen=True)
class ListedClip:
    """A clip of a run with its role.

    Args:
        clip: The clip.
        role: Role of the clip: `"train"`, `"held out"` (for validation),
            `"contrast"`, `"test"` or `"left out"`.
        reason: Reason why it was left out.
        inspected: Inspected clip, for decoding; `None` if not inspected.

    >>> clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "test", True)
    >>> ListedClip(clip, "test").reason
    ''
    """

    clip: Clip
    role: str
    reason: str = ""
    inspected: InspectedClip | None = None


def normal_clips(listed: Sequence[ListedClip]) -> list[InspectedClip]:
    """Normal clips of the run's data, in the order of its embeddings.

    >>> normal_clips([])
    []
    """
    return [
        entry.inspected
        for role in ("train", "held out")
        for entry in listed
        if entry.role == role and entry.inspected
    ]


def write_clip_list(path: pathlib.Path, listed: Sequence[ListedClip]) -> None:
    """Writes the clip list of a run atomically.

    >>> import tempfile
    >>> clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "test", True)
    >>> path = pathlib.Path(tempfile.mkdtemp(), "clips.csv")
    >>> write_clip_list(path, [ListedClip(clip, "test")])
    >>> path.read_text().splitlines()[1]
    'a.wav,fan,id_00,test,True,,[],,test,,,,,,,,,,'
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for entry in listed:
        row = {**vars(entry.clip), "role": entry.role}
        row |= {name: escape_name(row[name]) for name in NAMES}
        row["reason"] = table_cell(entry.reason)
        row["attributes"] = json.dumps(entry.clip.attributes)
        if entry.inspected is not None:
            row |= vars(entry.inspected)
            del row["clip"]
        writer.writerow(row)
    atomic.write_text(path, text.getvalue())


def read_clip_list(path: pathlib.Path) -> list[ListedClip]:
    """Reads a file written by `write_clip_list`.

    Raises:
        ValueError: If it is missing or damaged.

    >>> import tempfile
    >>> clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "test", True)
    >>> path = pathlib.Path(tempfile.mkdtemp(), "clips.csv")
    >>> write_clip_list(path, [ListedClip(clip, "test")])
    >>> read_clip_list(path) == [ListedClip(clip, "test")]
    True
    """
    with reading(path, "The clip list of a run"):
        text = path.read_bytes().decode("utf-8", errors="surrogateescape")
        rows = csv.DictReader(io.StringIO(text))
        if not {*COLUMNS} <= {*(rows.fieldnames or ())}:
            raise ValueError("columns are missing")
        return [_parse(row) for row in rows]


def _parse(row: dict[str, str]) -> ListedClip:
    clip = Clip(
        path=pathlib.Path(read_name(row["path"])),
        machine=read_name(row["machine"]),
        section=read_name(row["section"]),
        split=row["split"],
        is_anomaly=TRUTHS[row["is_anomaly"]],
        domain=row["domain"] or None,
        attributes=tuple(tuple(pair) for pair in json.loads(row["attributes"])),
        session=read_name(row["session"]),
    )
    inspected = None
    if row["container"]:
        inspected = InspectedClip(
            clip=clip,
            container=row["container"],
            subtype=row["subtype"],
            sampling_rate=int(row["sampling_rate"]),
            num_channels=int(row["num_channels"]),
            num_samples=int(row["num_samples"]),
            is_bare=TRUTHS[row["is_bare"]] is True,
            sha256=row["sha256"],
            num_bytes=int(row["num_bytes"]),
            modified=int(row["modified"]),
        )
    return ListedClip(clip, row["role"], row["reason"], inspected)
