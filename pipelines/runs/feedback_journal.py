"""Journal of what a run was told after its training, and its versions."""

import dataclasses
import json
import pathlib
from collections.abc import Mapping

from pipelines import atomic
from pipelines.runs.run_files import reading
from pipelines.runs.run_folder import RunFolder

FOLDER, JOURNAL = "feedback", "journal.json"
NORMAL, FAULT, MACHINE = "normal", "fault", "machine"


@dataclasses.dataclass(frozen=True)
class Entry:
    """What was told at one time.

    Args:
        number: Number of the entry, from 1.
        kind: `"normal"` or `"fault"` of a machine, or a new `"machine"`.
        machine: Key of the machine, `<machine>/<section>`.
        name: Name of a fault; may be empty.
        time: When, in ISO 8601.
        user: Who.
        clips: SHA-256 of each clip, by its printable path.
        embeddings: SHA-256 of the file of their embeddings.
        max_clips: Largest number of clips that a machine keeps of those it was
            told to be normal.
        undone: When and by whom it was undone; empty while it is in force.

    >>> Entry(1, "normal", "fan/id_00", "", "", "", {}, "").is_in_force
    True
    """

    number: int
    kind: str
    machine: str
    name: str
    time: str
    user: str
    clips: Mapping[str, str]
    embeddings: str
    max_clips: int = 0
    undone: str = ""

    @property
    def is_in_force(self) -> bool:
        """Whether it was not undone."""
        return not self.undone


@dataclasses.dataclass(frozen=True)
class Journal:
    """All entries of a run, its versions, and the one in use.

    Args:
        entries: Entries in order.
        versions: Numbers of the entries behind each version, by its number.
        current: Version in use; 0 for the run as it was trained.

    >>> Journal().next_version
    1
    """

    entries: tuple[Entry, ...] = ()
    versions: Mapping[int, tuple[int, ...]] = dataclasses.field(
        default_factory=dict
    )
    current: int = 0

    def in_force(self, *kinds: str, machine: str | None = None) -> list[Entry]:
        """Entries that were not undone, of some kinds and a machine."""
        return [
            entry
            for entry in self.entries
            if entry.is_in_force
            and entry.kind in kinds
            and machine in (None, entry.machine)
        ]

    @property
    def behind(self) -> tuple[int, ...]:
        """Numbers of the entries that make the detector what it is."""
        return tuple(one.number for one in self.in_force(NORMAL, MACHINE))

    @property
    def version_in_use(self) -> str:
        """Part of a sentence: the version that is used."""
        if not self.current:
            return "the run is as it was trained"
        return f"version {self.current} of the run is in use"

    @property
    def next_version(self) -> int:
        """Number of the next version."""
        return max(self.versions, default=0) + 1

    @property
    def next_entry(self) -> int:
        """Number of the next entry."""
        return len(self.entries) + 1


def journal_path(run: RunFolder) -> pathlib.Path:
    """Path of the journal of a run.

    >>> journal_path(RunFolder(pathlib.Path("runs/a"))).as_posix()
    'runs/a/feedback/journal.json'
    """
    return run.path / FOLDER / JOURNAL


def version_folder(run: RunFolder, number: int) -> RunFolder:
    """Folder of a version of a run; of 0, the run itself.

    >>> version_folder(RunFolder(pathlib.Path("a")), 2).path.as_posix()
    'a/feedback/2'
    """
    return RunFolder(run.path / FOLDER / str(number)) if number else run


def entry_path(run: RunFolder, number: int, suffix: str) -> pathlib.Path:
    """Path of a file of an entry.

    >>> entry_path(RunFolder(pathlib.Path("a")), 2, ".npz").as_posix()
    'a/feedback/entries/2.npz'
    """
    return run.path / FOLDER / "entries" / f"{number}{suffix}"


def read_journal(run: RunFolder) -> Journal:
    """Reads the journal of a run; an empty one where there is none.

    Raises:
        ValueError: If it is damaged.

    >>> read_journal(RunFolder(pathlib.Path("no_such_run"))).current
    0
    """
    path = journal_path(run)
    if not path.exists():
        return Journal()
    with reading(path, "The journal of feedback"):
        found = json.loads(path.read_text(encoding="utf-8"))
        journal = Journal(
            tuple(Entry(**entry) for entry in found["entries"]),
            {int(key): tuple(of) for key, of in found["versions"].items()},
            int(found["current"]),
        )
        numbers = [entry.number for entry in journal.entries]
        if numbers != [*range(1, len(numbers) + 1)]:
            raise ValueError("its entries are not numbered in order")
        if journal.current not in {0, *journal.versions}:
            raise ValueError("it names no version")
        return journal


def write_journal(run: RunFolder, journal: Journal) -> None:
    """Writes the journal; from then on its current version is in use.

    >>> import tempfile
    >>> run = RunFolder(pathlib.Path(tempfile.mkdtemp()))
    >>> write_journal(run, Journal(versions={1: (1,)}, current=1))
    >>> read_journal(run).versions
    {1: (1,)}
    """
    text = json.dumps(dataclasses.asdict(journal), indent=2)
    atomic.write_text(journal_path(run), text + "\n")
