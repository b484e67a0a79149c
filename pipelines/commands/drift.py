"""The command `keras-asd drift`."""

from pipelines.commands.command import UsageError
from pipelines.commands.command import command
from pipelines.files.names import escape_name


@command
def run(
    history: str, *, machine: str | None = None, picture: str | None = None
) -> None:
    """Shows which machines of a watch slowly came to sound different.

    For each machine: how long it was heard or since when it has drifted, the
    median p-value of its last day by its first one, which is near 0.5 while
    nothing changes, and the frequencies at which it became louder or quieter.
    The watch goes on meanwhile.

    Args:
        history (FOLDER): Folder of the watch's history.
        machine (KEY): Machine that the picture is of.
        picture (FILE): Picture of the levels over time and frequency, .png.
    """
    if (machine is None) != (picture is None):
        raise UsageError("--machine and --picture belong together")
    from pipelines.programs.drift import draw_drift
    from pipelines.programs.drift import drift_table
    from pipelines.watching.history import open_history

    with open_history(history) as opened:
        if machine is not None and picture is not None:
            draw_drift(opened, machine, picture)
            print(f"wrote {escape_name(picture)}")
        else:
            print(drift_table(opened).plain())
