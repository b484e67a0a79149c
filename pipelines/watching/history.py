"""History of a watch: windows, events and positions, in one SQLite file."""

import contextlib
import dataclasses
import json
import os
import pathlib
import sqlite3
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np

from pipelines.files.names import escape_name
from pipelines.watching.events import Event
from pipelines.watching.history_queries import HistoryQueries
from pipelines.watching.history_queries import marks
from pipelines.watching.history_tables import explaining_disk
from pipelines.watching.history_tables import open_database
from pipelines.watching.judged_window import JudgedWindow

# Name of the file in the folder of a watch.
HISTORY = "history.sqlite"
# How old spectra become, which take 1 kB a day and machine.
SPECTRA_SECONDS = 2 * 365 * 86_400.0


class History(HistoryQueries):
    """Everything that a watch must not forget, safe against kills.

    Windows, the events they raised, and where each source goes on are written
    in one transaction: a killed watch has lost at most the windows that it had
    not yet judged, and judges none twice. One object is for one thread;
    others, and other processes, may open the same file to read.

    Args:
        path: File, `.sqlite`; made where it is missing.

    Raises:
        ValueError: If the file is no history, or of another version.

    >>> import tempfile
    >>> with History(pathlib.Path(tempfile.mkdtemp(), "history.sqlite")) as h:
    ...     h.write(events=[Event("started", 0.0)])
    ...     [event.index for event in h.events_after(0)]
    [1]
    """

    def __init__(self, path: str | os.PathLike[str]):
        self.path = pathlib.Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        super().__init__(open_database(self.path))

    def __enter__(self) -> "History":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    def write(
        self,
        windows: Sequence[JudgedWindow] = (),
        events: Sequence[Event] = (),
        positions: Mapping[str, Mapping[str, Any]] | None = None,
        states: Mapping[str, Mapping[str, Any]] | None = None,
        clips: Sequence[tuple[str, str, int, int]] = (),
    ) -> None:
        """Writes all of it, or nothing.

        Args:
            windows: Windows that were judged.
            events: Events, whose index the history gives.
            positions: Where sources go on, by name.
            states: State of the alarm rule of machines, by key.
            clips: Recordings that are done: source, path, size in bytes and
                time of change in nanoseconds.
        """
        with self._transaction() as database:
            database.executemany(
                "INSERT INTO windows VALUES "
                f"(?, ?, CAST(? AS TEXT), {marks(8)})",
                [
                    (source, machine, os.fsencode(clip), *rest)
                    for source, machine, clip, *rest in map(
                        dataclasses.astuple, windows
                    )
                ],
            )
            database.executemany(
                "INSERT INTO events (kind, time, source, machine, message, "
                f"details) VALUES ({marks(6)})",
                [
                    (
                        event.kind,
                        event.time,
                        event.source,
                        event.machine,
                        event.message,
                        json.dumps(dict(event.details), allow_nan=False),
                    )
                    for event in events
                ],
            )
            for table, values in (("positions", positions), ("states", states)):
                database.executemany(
                    f"INSERT OR REPLACE INTO {table} VALUES (?, ?)",
                    [
                        (key, json.dumps(dict(value), allow_nan=False))
                        for key, value in (values or {}).items()
                    ],
                )
            database.executemany(
                "INSERT OR REPLACE INTO clips VALUES "
                "(?, CAST(? AS TEXT), ?, ?)",
                [
                    (name, os.fsencode(clip), *facts)
                    for name, clip, *facts in clips
                ],
            )

    def deliver(self, receiver: str, number: int) -> None:
        """Keeps up to which event a receiver has them."""
        self._database.execute(
            "INSERT OR REPLACE INTO deliveries VALUES (?, ?)",
            (receiver, number),
        )

    def add_levels(
        self, machine: str, time: float, rate: int, levels: np.ndarray
    ) -> None:
        """Takes levels of a window into the mean of its block.

        Args:
            machine: Key of the machine.
            time: When the block began, in seconds since 1970.
            rate: Sampling rate in Hz; levels of another begin anew.
            levels: Level of each frequency band in dB, `(bands,)`.
        """
        number = 0
        for block in self.spectra(machine, time)[:1]:
            if (block.time, block.sampling_rate) == (time, rate):
                number = block.number
                levels = block.levels + (levels - block.levels) / (number + 1)
        content = np.asarray(levels, "<f4").tobytes()
        row = (machine, time, number + 1, rate, content)
        with explaining_disk(self.path):
            self._database.execute(
                f"INSERT OR REPLACE INTO spectra VALUES ({marks(5)})", row
            )

    def mute(self, machine: str, until: float) -> None:
        """Mutes the alarms of a machine until a time, 0 for no longer."""
        self._database.execute(
            "INSERT OR REPLACE INTO mutes VALUES (?, ?)", (machine, until)
        )

    def trim(self, seconds: float) -> int:
        """Deletes old windows; returns how many. Events stay.

        Of each machine, spectra of the last two years stay.

        Args:
            seconds: Age, counted from the last window of the same machine.
        """
        with self._transaction() as database:
            database.execute(
                "DELETE FROM spectra WHERE time < (SELECT max(time) FROM "
                "spectra AS s WHERE s.machine = spectra.machine) - ?",
                (SPECTRA_SECONDS,),
            )
            return database.execute(
                "DELETE FROM windows WHERE time < (SELECT max(time) FROM "
                "windows AS w WHERE w.machine = windows.machine) - ?",
                (seconds,),
            ).rowcount

    def forget(self, before: float, machine: str | None = None) -> int:
        """Deletes windows and events from before a time; returns how many.

        Spectra go with them, and are not counted.

        Args:
            before: Seconds since 1970.
            machine: Key of a machine; all, and the watch itself, if `None`.
        """
        condition = "time < ? AND (? IS NULL OR machine = ?)"
        with self._transaction() as database:
            counts = [
                database.execute(
                    f"DELETE FROM {table} WHERE {condition}",
                    (before, machine, machine),
                ).rowcount
                for table in ("windows", "events", "spectra")
            ]
        return sum(counts[:2])

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with explaining_disk(self.path):
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.execute("COMMIT")
            except BaseException:
                # A full disk has ended it already.
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise


def open_history(folder: str) -> History:
    """Opens the history of a watch that there is.

    Args:
        folder: Folder of the history.

    Raises:
        FileNotFoundError: If there is none.

    >>> open_history("no_such_folder")
    Traceback (most recent call last):
    FileNotFoundError: `history` must be the folder of a watch. ...
    """
    path = pathlib.Path(folder, HISTORY)
    if not path.exists():
        raise FileNotFoundError(
            "`history` must be the folder of a watch. Received: "
            f"{escape_name(folder)}, without {HISTORY}. `keras-asd watch ... "
            "--history FOLDER` makes it."
        )
    return History(path)
