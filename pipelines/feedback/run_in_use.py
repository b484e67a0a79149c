"""Run in use: its trained state, its journal, and the detector of today."""

import dataclasses
import datetime
import getpass
from collections.abc import Mapping
from collections.abc import Sequence

from keras_asd.models import AnomalyDetector
from pipelines.audio.inspected_clip import InspectedClip
from pipelines.feedback.stored_clips import StoredClips
from pipelines.feedback.stored_clips import kept_clips
from pipelines.feedback.stored_clips import read_clips
from pipelines.feedback.stored_clips import write_clips
from pipelines.files.names import escape_name
from pipelines.files.names import printable
from pipelines.methods.choice import choose_method
from pipelines.runs.artefacts import load_detector
from pipelines.runs.clip_list import ListedClip
from pipelines.runs.clip_list import normal_clips
from pipelines.runs.clip_list import read_clip_list
from pipelines.runs.feedback_journal import FAULT
from pipelines.runs.feedback_journal import JOURNAL
from pipelines.runs.feedback_journal import MACHINE
from pipelines.runs.feedback_journal import NORMAL
from pipelines.runs.feedback_journal import Entry
from pipelines.runs.feedback_journal import Journal
from pipelines.runs.feedback_journal import read_journal
from pipelines.runs.feedback_journal import version_folder
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config
from pipelines.runs.stages import find_stage
from pipelines.runs.stages import read_stages
from pipelines.settings.config import Config


@dataclasses.dataclass(frozen=True)
class RunInUse:
    """A run whose detector may learn.

    Args:
        run: Run as it was trained.
        journal: Its journal.
        config: Its settings.
        detector: Detector of the version in use.

    >>> import pathlib
    >>> run = RunFolder(pathlib.Path("runs/first"))
    >>> RunInUse(run, Journal(), Config(), None).kept(Journal())
    []
    """

    run: RunFolder
    journal: Journal
    config: Config
    detector: AnomalyDetector

    @property
    def listed(self) -> list[ListedClip]:
        """Clips of the training, with their roles."""
        return read_clip_list(self.run.clips)

    def known(self) -> dict[str, str]:
        """What each clip is known as, by its SHA-256."""
        names = {
            one.sha256: "the training" for one in normal_clips(self.listed)
        }
        for entry in self.journal.in_force(NORMAL, FAULT, MACHINE):
            for sha256 in entry.clips.values():
                names[sha256] = f"entry {entry.number} ({entry.kind})"
        return names

    def embed(self, given: Sequence[InspectedClip], role: str) -> StoredClips:
        """Embeds clips that came after the training.

        Args:
            given: Clips.
            role: Role in the run's clip list.
        """
        embeddings = choose_method(self.config).embed_more(
            self.detector.embedder, given, list(self.detector.groups)
        )
        listed = [ListedClip(one.clip, role, inspected=one) for one in given]
        return StoredClips(listed, embeddings)

    def add(
        self, kind: str, machine: str, stored: StoredClips, **fields
    ) -> Journal:
        """Writes the clips of a new entry; returns the journal with it.

        Args:
            kind: Kind of the entry.
            machine: Key of the machine.
            stored: Its clips.
            **fields: `name` and `max_clips`.
        """
        number = self.journal.next_entry
        entry = Entry(
            number,
            kind,
            machine,
            printable(fields.get("name", "")),
            now(),
            user(),
            {
                escape_name(one.clip.path): one.inspected.sha256
                for one in stored.listed
                if one.inspected is not None
            },
            write_clips(self.run, number, stored),
            fields.get("max_clips", 0),
        )
        entries = (*self.journal.entries, entry)
        return dataclasses.replace(self.journal, entries=entries)

    def kept(
        self,
        journal: Journal,
        machine: str | None = None,
        known: Mapping[int, StoredClips] | None = None,
    ) -> list[StoredClips]:
        """Enrolled clips of entries in force, as far as they have not aged.

        Args:
            journal: Journal.
            machine: Only of sections of the same machine as this key, and
                those that other machines were enrolled with, without which a
                scorer has too few groups.
            known: Clips of entries that need not be read, by number.
        """
        known = known or {}
        bare = None if machine is None else machine.rpartition("/")[0]
        pairs = [
            (entry, known.get(entry.number) or read_clips(self.run, entry))
            for entry in journal.in_force(NORMAL, MACHINE)
            if entry.kind == MACHINE
            or bare in (None, entry.machine.rpartition("/")[0])
        ]
        return kept_clips(pairs)


def open_run(path: str, trust: Sequence[str] = ()) -> RunInUse:
    """Opens a run that has ended, for feedback.

    Args:
        path: Folder of the run.
        trust: Packages of classes of your own, where the run has any.

    Raises:
        FileNotFoundError: If there is no such run, or it has not ended.
        ValueError: If it still trains, or the folder is that of a version.

    >>> open_run("no_such_run")
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    run = find_stage(path)
    config = read_config(run)
    if (run.path.parent / JOURNAL).exists():
        raise ValueError(
            "Feedback is given to a run, not to one of its versions. "
            f"Received: {path}. Give the folder of the run, "
            f"{run.path.parent.parent}."
        )
    stages = read_stages(run.path.parent)
    if stages is not None and not stages.has_ended:
        raise ValueError(
            "Feedback is given to a run whose training has ended. Received: "
            f"{path}, which may still get a network. Start the same training "
            "again; it goes on to its end."
        )
    journal = read_journal(run)
    version = version_folder(run, journal.current)
    return RunInUse(run, journal, config, load_detector(version, trust))


def now() -> str:
    """The time, in ISO 8601, to the second.

    >>> len(now())
    25
    """
    time = datetime.datetime.now(datetime.UTC)
    return time.isoformat(timespec="seconds")


def user() -> str:
    """Name of the user; empty where the system has none.

    >>> isinstance(user(), str)
    True
    """
    try:
        return printable(getpass.getuser())
    except (KeyError, OSError):
        return ""
