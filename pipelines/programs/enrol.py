"""Enrolment of a new machine in a trained run, without training."""

from collections.abc import Sequence

from pipelines.calibration.false_alarms import least_rate
from pipelines.calibration.promises import describe_promises
from pipelines.datasets.recording_folder import find_recordings
from pipelines.feedback.given_clips import drop_known
from pipelines.feedback.given_clips import inspect_given
from pipelines.feedback.learning import learn
from pipelines.feedback.run_in_use import RunInUse
from pipelines.feedback.run_in_use import open_run
from pipelines.feedback.versions import write_version
from pipelines.methods.embedding_files import read_embeddings
from pipelines.runs.feedback_journal import MACHINE
from pipelines.runs.feedback_journal import write_journal
from pipelines.runs.run_lock import holding_run
from pipelines.settings.labels import label


@holding_run
def enrol(
    run_path: str,
    machine: str,
    clips: Sequence[str],
    trust: Sequence[str] = (),
) -> list[str]:
    """Adds a machine to a run: a new version, with its own calibration.

    Args:
        run_path: Folder of a run that has ended.
        machine: Key of the new machine, `<machine>/<section>`.
        clips: Normal recordings of it, or folders.
        trust: Packages of classes of your own, where the run has any.

    Returns:
        Sentences on what was done, and what rate can be promised.

    Raises:
        FileNotFoundError: If there is no such run or recording.
        ValueError: If the run cannot take a machine that it was not trained
            on, the key is none or taken, or no clip is new.

    >>> enrol("no_such_run", "fan/id_09", ["new"])
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    opened = open_run(run_path, trust)
    _check_run(opened)
    given = inspect_given(
        find_recordings(clips),
        _check_key(machine, opened),
        opened.config.recording_channel,
    )
    given = drop_known(given, opened.known())
    if machine in opened.detector.keys:
        is_again = opened.journal.in_force(MACHINE, machine=machine)
        if is_again and not given:
            return [f"nothing new: {machine} is enrolled by these clips"]
        raise ValueError(
            "A new machine must have a new name. Received: "
            f"machine={machine}, which the run knows. More normal clips of it "
            "are feedback: `keras-asd feedback RUN --normal CLIP...`."
        )
    if not given:
        raise ValueError(
            "A new machine must have recordings of its own. Received: "
            f"{machine}, with none that the run does not know already."
        )
    stored = opened.embed(given, "held out")
    journal = opened.add(MACHINE, machine, stored)
    number = journal.entries[-1].number
    known_clips = {number: stored}
    detector, scores = learn(
        opened.detector,
        machine,
        read_embeddings(opened.run.embeddings),
        opened.kept(journal, machine, known_clips),
        opened.listed,
        opened.config,
    )
    parts = opened.kept(journal, known=known_clips)
    journal = write_version(opened.run, journal, detector, parts, scores)
    write_journal(opened.run, journal)
    size = len(scores[machine].scores)
    rate = detector.calibration.false_alarm_rate
    return [
        f"entry {number}: {machine}: enrolled by {len(stored.listed)} clips, "
        f"version {journal.current} of the run is in use",
        f"{machine}: the least rate of false alarms that {size} clips can "
        f"promise is {100 * least_rate(size):.3g} %, {100 * rate:.3g} % "
        "requested",
        *describe_promises({machine: scores[machine].counts}, rate),
    ]


def _check_run(opened: RunInUse) -> None:
    config = opened.config
    if config.scorer.reads_head or not config.scorer.is_fitted:
        raise ValueError(
            "A machine is enrolled where the scorer keeps normal clips. "
            f"Received: scorer={label(config.scorer)}, which reads what the "
            "network learnt of the machines it was trained on. Train with "
            "another one, such as `--scorer NearestNeighbors`."
        )
    if not config.is_one_network:
        raise ValueError(
            "A machine is enrolled where one network hears all machines. "
            f"Received: networks={config.networks}, and none for the new one. "
            "Train with `--networks one`, or with the preset training_free."
        )


def _check_key(machine: str, opened: RunInUse) -> str:
    parts = machine.split("/")
    if len(parts) != 2 or not all(parts):
        raise ValueError(
            "`machine` must be MACHINE/SECTION, such as fan/id_00. Received: "
            f"machine={machine!r}. A machine without sections is MACHINE/all."
        )
    return machine
