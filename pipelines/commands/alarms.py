"""The command `keras-asd alarms`."""

from collections.abc import Sequence

from pipelines.commands.command import UsageError
from pipelines.commands.command import command


@command
def run(
    history: str,
    *,
    last: int = 20,
    acknowledge: Sequence[int] = (),
    mute: str | None = None,
    hours: float | None = None,
    forget: float | None = None,
    machine: str | None = None,
) -> None:
    """Lists the alarms of a watch; acknowledges, mutes, deletes.

    The watch goes on meanwhile. What is acknowledged and muted becomes an
    event of it; a muted alarm is kept in the history, and not passed on.

    Args:
        history (FOLDER): Folder of the watch's history.
        last (N): Number of alarms to list, newest first.
        acknowledge (EVENT): Numbers of alarms that somebody has seen.
        mute (KEY): Machine whose alarms are muted; with --hours.
        hours: How long; 0 for no longer.
        forget (DAYS): Delete sounds, scores and events that are older than
            DAYS; 0 for all.
        machine (KEY): Machine that this is of. Defaults to all.
    """
    if (mute is None) != (hours is None):
        raise UsageError("--mute and --hours belong together")
    if machine is not None and forget is None:
        raise UsageError("--machine needs --forget")
    from pipelines.programs import alarms
    from pipelines.watching import people_events
    from pipelines.watching.history import open_history

    with open_history(history) as opened:
        if mute is not None and hours is not None:
            print(people_events.mute(opened, mute, hours))
        for event in people_events.acknowledge(opened, acknowledge):
            print(event)
        if forget is not None:
            sounds, rows = alarms.forget_old(history, forget, machine)
            print(f"deleted: {sounds} sounds, {rows} windows and events")
        if mute is None and not acknowledge and forget is None:
            print(alarms.alarm_table(opened, last).plain())
