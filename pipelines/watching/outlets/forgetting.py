"""Deletion of what a watch has kept of people and machines."""

import os
import pathlib

from pipelines.watching.history import History
from pipelines.watching.outlets.outlets import SOUNDS
from pipelines.watching.outlets.sound_store import SoundStore


def forget(
    history: str | os.PathLike[str],
    before: float,
    machine: str | None = None,
) -> tuple[int, int]:
    """Deletes sounds, windows and events; a watch may go on meanwhile.

    Events that a receiver has not confirmed yet are deleted, too, and never
    reach it. Positions of sources, the state of alarms and the promised rate
    stay.

    Args:
        history: Path of the history; the sounds lie beside it.
        before: Seconds since 1970: what began earlier is deleted.
        machine: Key of a machine; all, and the watch itself, if `None`.

    Returns:
        Number of sounds, and of windows and events.

    Raises:
        FileNotFoundError: If there is no such history.
        ValueError: If the file is no history.

    >>> forget("gone.sqlite", before=0.0)
    Traceback (most recent call last):
    FileNotFoundError: The history of a watch must be there. Received: ...
    """
    path = pathlib.Path(history)
    if not path.exists():
        raise FileNotFoundError(
            f"The history of a watch must be there. Received: {path}, which "
            "is not. Name the folder that --history named."
        )
    num_sounds = SoundStore(path.with_name(SOUNDS)).forget(before, machine)
    with History(path) as opened:
        return num_sounds, opened.forget(before, machine)
