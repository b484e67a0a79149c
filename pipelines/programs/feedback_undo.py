"""Undoing of feedback, and the list of what there is to undo."""

import dataclasses
from collections.abc import Sequence

from pipelines.calibration.normal_scores import NormalScores
from pipelines.evaluation.tables import Table
from pipelines.feedback.learning import as_before
from pipelines.feedback.learning import learn
from pipelines.feedback.run_in_use import RunInUse
from pipelines.feedback.run_in_use import now
from pipelines.feedback.run_in_use import open_run
from pipelines.feedback.run_in_use import user
from pipelines.feedback.versions import version_of
from pipelines.feedback.versions import write_version
from pipelines.methods.embedding_files import read_embeddings
from pipelines.runs.artefacts import load_detector
from pipelines.runs.feedback_journal import FAULT
from pipelines.runs.feedback_journal import MACHINE
from pipelines.runs.feedback_journal import NORMAL
from pipelines.runs.feedback_journal import Entry
from pipelines.runs.feedback_journal import Journal
from pipelines.runs.feedback_journal import read_journal
from pipelines.runs.feedback_journal import write_journal
from pipelines.runs.run_folder import read_config
from pipelines.runs.run_lock import holding_run
from pipelines.runs.stages import find_stage


@holding_run
def undo(run_path: str, number: int, trust: Sequence[str] = ()) -> list[str]:
    """Takes an entry back: the run is as if it had never been given.

    Args:
        run_path: Folder of a run that has ended.
        number: Number of the entry.
        trust: Packages of classes of your own, where the run has any.

    Returns:
        Sentences on what was done.

    Raises:
        FileNotFoundError: If there is no such run.
        ValueError: If there is no such entry in force, or later ones rest on
            it.

    >>> undo("no_such_run", 1)
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    opened = open_run(run_path, trust)
    entry = _entry(opened.journal, number)
    if entry.undone:
        return [f"nothing new: entry {number} was undone {entry.undone}"]
    gone = dataclasses.replace(entry, undone=f"{now()} by {user()}")
    entries = tuple(
        gone if one.number == number else one for one in opened.journal.entries
    )
    journal = dataclasses.replace(opened.journal, entries=entries)
    if entry.kind != FAULT:
        journal = _go_back(opened, journal, entry, trust)
    write_journal(opened.run, journal)
    return [
        f"entry {number}: {entry.machine}: undone, {journal.version_in_use}"
    ]


def _go_back(
    opened: RunInUse, journal: Journal, entry: Entry, trust: Sequence[str]
) -> Journal:
    found = version_of(opened.run, journal)
    if found is not None:
        return dataclasses.replace(journal, current=found)
    key = entry.machine
    if entry.kind == MACHINE:
        later = [one.number for one in journal.in_force(NORMAL, MACHINE)]
        raise ValueError(
            "The enrolment of a machine is undone before what came after it. "
            f"Received: entry {entry.number}, with "
            f"{', '.join(str(one) for one in later if one > entry.number)} "
            "after it. Undo these first, the last one first."
        )
    names = [key, key.rpartition("/")[0]]
    in_force = journal.in_force(NORMAL, MACHINE)
    # Of sections of the same machine, the bare one is made, too.
    is_alone = names[1] not in {
        one.machine.rpartition("/")[0] for one in in_force
    }
    scores: dict[str, NormalScores] = {}
    detector = opened.detector
    if not is_alone:
        detector, scores = learn(
            detector,
            key,
            read_embeddings(opened.run.embeddings),
            opened.kept(journal, key),
            opened.listed,
            opened.config,
        )
    restored: list[str] = []
    if not journal.in_force(NORMAL, MACHINE, machine=key):
        restored = names if is_alone else [key]
        trained = load_detector(opened.run, trust)
        detector = as_before(detector, trained, key, restored)
        scores = {k: v for k, v in scores.items() if k not in restored}
    kept = opened.kept(journal)
    return write_version(opened.run, journal, detector, kept, scores, restored)


def _entry(journal: Journal, number: int) -> Entry:
    if not 1 <= number <= len(journal.entries):
        raise ValueError(
            "`undo` takes the number of an entry of the journal. Received: "
            f"{number}, of {len(journal.entries)} entries. `keras-asd feedback "
            "RUN --list` shows them."
        )
    return journal.entries[number - 1]


def feedback_table(run_path: str) -> Table:
    """The entries of a run's journal.

    Args:
        run_path: Folder of a run that has ended.

    Raises:
        FileNotFoundError: If there is no such run.

    >>> feedback_table("no_such_run")
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    run = find_stage(run_path)
    read_config(run)
    journal = read_journal(run)
    rows = [
        (
            str(entry.number),
            entry.kind,
            entry.machine,
            entry.name,
            str(len(entry.clips)),
            entry.time,
            entry.user,
            f"undone {entry.undone}" if entry.undone else "in force",
        )
        for entry in journal.entries
    ]
    header = ("entry", "kind", "machine", "name", "clips", "time", "user")
    return Table((*header, "state"), rows)
