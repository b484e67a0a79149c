"""The command `keras-asd feedback`."""

from collections.abc import Sequence

from pipelines.commands.command import UsageError
from pipelines.commands.command import command
from pipelines.files.names import escape_name


@command
def run(
    run: str,
    *,
    normal: Sequence[str] = (),
    fault: Sequence[str] = (),
    machine: str | None = None,
    name: str | None = None,
    history: str | None = None,
    max_clips: int | None = None,
    force: bool = False,
    undo: int | None = None,
    list: bool = False,
    trust: Sequence[str] = (),
) -> None:
    """Tells a run that clips were normal, or a fault.

    Normal clips are enrolled: the bank of normal clips and the calibration of
    that machine take them in, as a new version of the run, which is checked
    before it is used. The network never changes, and nor do scores and
    decisions of other machines. Clips of a fault are kept as a labelled set,
    which says how many are found and which fault an alarm is like. Without
    --normal, --fault and --undo, the entries so far are listed.

    Args:
        run: Folder of a finished training run.
        normal (CLIP): Recordings or folders of one machine that are normal.
        fault (CLIP): Recordings or folders of one fault of one machine.
        machine (KEY): Machine of all clips, MACHINE/SECTION. Defaults to what
            their names and folders say.
        name (TEXT): What people call the fault.
        history (FOLDER): Folder of a watch, whose kept sounds of the last days
            are scored before and after.
        max_clips (N): Normal clips that a machine keeps of those it was told;
            the oldest leave first. Defaults to 500.
        force: Use a version though a known fault is lost, or too many normal
            clips raise an alarm.
        undo (ENTRY): Number of an entry to take back.
        list: List the entries.
        trust (PACKAGE): Packages of your own classes, where the run has any.
    """
    given = [bool(normal), bool(fault), undo is not None, list]
    if sum(given) > 1:
        raise UsageError("one of --normal, --fault, --undo and --list, please")
    if name is not None and not fault:
        raise UsageError("--name needs --fault")
    for_normal = history is not None or force or max_clips is not None
    if for_normal and not normal:
        raise UsageError("--history, --max_clips and --force need --normal")
    if machine is not None and not (normal or fault):
        raise UsageError("--machine needs --normal or --fault")
    from pipelines.programs import feedback
    from pipelines.programs import feedback_undo

    if normal:
        number = feedback.MAX_CLIPS if max_clips is None else max_clips
        lines = feedback.tell_normal(
            run, normal, machine, history, number, force, trust
        )
    elif fault:
        lines = feedback.tell_fault(run, fault, machine, name or "", trust)
    elif undo is not None:
        lines = feedback_undo.undo(run, undo, trust)
    else:
        print(feedback_undo.feedback_table(run).plain())
        return
    for line in lines:
        print(escape_name(line))
