"""Feedback of people on a run: normals, faults, and undoing either."""

from collections.abc import Sequence

from pipelines.calibration.promises import describe_promises
from pipelines.feedback.given_clips import drop_known
from pipelines.feedback.given_clips import read_given
from pipelines.feedback.known_faults import KnownFault
from pipelines.feedback.known_faults import describe_hits
from pipelines.feedback.known_faults import read_faults
from pipelines.feedback.learning import learn
from pipelines.feedback.run_in_use import RunInUse
from pipelines.feedback.run_in_use import open_run
from pipelines.feedback.version_check import check_version
from pipelines.feedback.versions import write_version
from pipelines.methods.embedding_files import read_embeddings
from pipelines.runs.feedback_journal import FAULT
from pipelines.runs.feedback_journal import NORMAL
from pipelines.runs.feedback_journal import write_journal
from pipelines.runs.run_lock import holding_run
from pipelines.watching.history_replay import replay_history

# Largest number of clips that a machine keeps of those it was told.
MAX_CLIPS = 500


@holding_run
def tell_normal(
    run_path: str,
    clips: Sequence[str],
    machine: str | None = None,
    history: str | None = None,
    max_clips: int = MAX_CLIPS,
    force: bool = False,
    trust: Sequence[str] = (),
) -> list[str]:
    """Enrols normal clips of a machine: a new version of the run.

    Its bank and calibration learn; network, whitening, and all scores and
    decisions of other machines stay. Clips that are known already are left
    out; with none left, nothing happens.

    Args:
        run_path: Folder of a run that has ended.
        clips: Recordings or folders, all of one machine and normal.
        machine: Key of that machine; what names and folders say if `None`.
        history: Folder of a watch, whose kept sounds are replayed before.
        max_clips: Largest number of such clips that the machine keeps; the
            oldest leave first. Clips of the training stay.
        force: Whether the version is used though a check fails.
        trust: Packages of classes of your own, where the run has any.

    Returns:
        Sentences on what was done and checked.

    Raises:
        FileNotFoundError: If there is no such run, recording or history.
        ValueError: If the clips are not of one machine, or a check fails.

    >>> tell_normal("no_such_run", ["a.wav"])
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    if max_clips < 1:
        raise ValueError(
            f"`max_clips` must be at least 1. Received: max_clips={max_clips}."
        )
    opened = open_run(run_path, trust)
    keys, channel = list(opened.detector.keys), opened.config.recording_channel
    given = read_given(clips, machine, keys, channel, domain="target")
    key = given[0].clip.key
    given = drop_known(given, opened.known())
    if not given:
        return ["nothing new: all these clips are known already"]
    stored = opened.embed(given, "held out")
    journal = opened.add(NORMAL, key, stored, max_clips=max_clips)
    what = f"{len(stored.listed)} clips enrolled as normal"
    known = {journal.entries[-1].number: stored}
    return _use_version(opened, journal, key, what, history, force, known)


def _use_version(
    opened: RunInUse, journal, key, what, history, force, known
) -> list[str]:
    """Makes, checks and uses the version of a journal's last entry."""
    number = journal.entries[-1].number
    after, scores = learn(
        opened.detector,
        key,
        read_embeddings(opened.run.embeddings),
        opened.kept(journal, key, known),
        opened.listed,
        opened.config,
    )
    faults = read_faults(opened.run, journal)
    check = check_version(opened.detector, after, key, faults, scores)
    lines = [*check.lines]
    if history is not None:
        channel = opened.config.recording_channel
        lines += replay_history(opened.detector, after, key, history, channel)
    rate = after.calibration.false_alarm_rate
    lines += describe_promises({key: scores[key].counts}, rate)
    if check.faults and not force:
        raise ValueError(
            "A new version must find what the last one found, and raise no "
            f"more false alarms than requested. Received: {key}: "
            f"{'; '.join(check.faults)}. Nothing was changed. Are these clips "
            "normal? If so, use the version with --force."
        )
    parts = opened.kept(journal, known=known)
    journal = write_version(opened.run, journal, after, parts, scores)
    write_journal(opened.run, journal)
    lines += [f"used though {fault}" for fault in check.faults]
    return [f"entry {number}: {key}: {what}, {journal.version_in_use}", *lines]


@holding_run
def tell_fault(
    run_path: str,
    clips: Sequence[str],
    machine: str | None = None,
    name: str = "",
    trust: Sequence[str] = (),
) -> list[str]:
    """Keeps clips of a fault as a labelled set; the detector stays.

    Args:
        run_path: Folder of a run that has ended.
        clips: Recordings or folders, all of one fault of one machine.
        machine: Key of that machine; what names and folders say if `None`.
        name: What people call the fault.
        trust: Packages of classes of your own, where the run has any.

    Returns:
        Sentences on what was done, and how many raise an alarm.

    Raises:
        FileNotFoundError: If there is no such run or recording.
        ValueError: If the clips are not of one machine.

    >>> tell_fault("no_such_run", ["a.wav"])
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    opened = open_run(run_path, trust)
    keys, channel = list(opened.detector.keys), opened.config.recording_channel
    given = read_given(clips, machine, keys, channel, is_fault=True)
    key = given[0].clip.key
    given = drop_known(given, opened.known())
    if not given:
        return ["nothing new: all these clips are known already"]
    stored = opened.embed(given, "test")
    journal = opened.add(FAULT, key, stored, name=name)
    write_journal(opened.run, journal)
    number = journal.entries[-1].number
    what = f"{len(stored.listed)} clips kept as a known fault"
    faults = [
        fault
        for fault in read_faults(opened.run, journal)
        if fault.machine == key
    ]
    return [f"entry {number}: {key}: {what}", _hits(opened, key, faults)]


def _hits(opened: RunInUse, key: str, faults: Sequence[KnownFault]) -> str:
    alarms = [fault.is_alarm(opened.detector) for fault in faults]
    found, size = sum(int(one.sum()) for one in alarms), sum(map(len, alarms))
    return f"{key}: {describe_hits(found, size)}"
