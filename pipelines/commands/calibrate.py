"""The command `keras-asd calibrate`."""

from collections.abc import Sequence

from pipelines.commands.command import command
from pipelines.files.names import escape_name


@command
def run(run: str, data: Sequence[str], *, trust: Sequence[str] = ()) -> None:
    """Sets a run's decisions anew, by fresh normal clips.

    P-values and decisions follow from normal clips that the run has not seen.
    Scores stay as they are. A machine keeps what it had where fresh clips are
    too few for the requested rate; copies of a recording count once. Export
    again afterwards.

    Args:
        run: Folder of a finished training run.
        data: Data folders; the clips of their train splits count, all normal.
        trust (PACKAGE): Packages of your own classes, where the run has any.
    """
    from pipelines.programs.calibrate import calibrate

    for machine, number in calibrate(run, data, trust).items():
        print(f"{escape_name(machine)}\t{number} clips")
