"""The command `keras-asd enrol`."""

from collections.abc import Sequence

from pipelines.commands.command import command
from pipelines.files.names import escape_name


@command
def run(
    run: str,
    machine: str,
    clips: Sequence[str],
    *,
    trust: Sequence[str] = (),
) -> None:
    """Adds a new machine to a run, without training.

    The network stays as it is; the machine gets its own bank of normal clips
    and its own calibration, as a new version of the run. Prints what rate of
    false alarms these clips can promise. `keras-asd feedback RUN --undo ENTRY`
    takes it back.

    Args:
        run: Folder of a finished training run.
        machine (KEY): Key of the new machine, MACHINE/SECTION.
        clips (CLIP): Normal recordings of it, or folders; a few minutes.
        trust (PACKAGE): Packages of your own classes, where the run has any.
    """
    from pipelines.programs.enrol import enrol

    for line in enrol(run, machine, clips, trust):
        print(escape_name(line))
