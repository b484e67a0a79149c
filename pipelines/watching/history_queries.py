"""Queries of the history of a watch: what is in it."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

import numpy as np

from pipelines.watching.drift.block_spectrum import BlockSpectrum
from pipelines.watching.events import Event
from pipelines.watching.judged_window import JudgedWindow


class HistoryQueries:
    """Reads a history.

    Args:
        database: Open history.

    >>> from pipelines.watching.history_tables import open_database
    >>> import pathlib
    >>> HistoryQueries(open_database(pathlib.Path(":memory:"))).last_event()
    0
    """

    def __init__(self, database: sqlite3.Connection):
        self._database = database

    def positions(self) -> dict[str, dict[str, Any]]:
        """Where each source goes on, by name."""
        return self._values("positions")

    def states(self) -> dict[str, dict[str, Any]]:
        """State of the alarm rule of each machine, by key."""
        return self._values("states")

    def done_clips(self, source: str) -> dict[str, tuple[int, int]]:
        """Size and time of change of the recordings that are done, by path."""
        rows = self._database.execute(
            "SELECT clip, size, modified FROM clips WHERE source = ?", (source,)
        )
        return {clip: (size, modified) for clip, size, modified in rows}

    def events_after(self, number: int, limit: int = 1000) -> list[Event]:
        """Events with a higher index, the first of them first."""
        return self._events(
            "number > ? ORDER BY number LIMIT ?", (number, limit)
        )

    def last_event(self) -> int:
        """Index of the last event, 0 where there is none."""
        query = "SELECT coalesce(max(number), 0) FROM events"
        return self._database.execute(query).fetchone()[0]

    def events_of_kinds(self, *kinds: str) -> list[Event]:
        """Events of some kinds, in order."""
        is_one = f"kind IN ({marks(len(kinds))})"
        return self._events(f"{is_one} ORDER BY number", kinds)

    def alarms(self, machine: str) -> list[Event]:
        """Beginnings and ends of the alarms of a machine, in order."""
        events = self.events_of_kinds("alarm", "alarm_ended")
        return [event for event in events if event.machine == machine]

    def machines(self) -> list[str]:
        """Keys of the machines that were heard."""
        rows = self._database.execute("SELECT machine FROM states")
        return sorted(machine for (machine,) in rows)

    def delivered(self, receiver: str) -> int | None:
        """Index of the last event that a receiver has, `None` if it is new."""
        row = self._database.execute(
            "SELECT number FROM deliveries WHERE receiver = ?", (receiver,)
        ).fetchone()
        return row[0] if row else None

    def windows(
        self, machine: str, since: float = 0.0, until: float = 1e12
    ) -> list[JudgedWindow]:
        """Windows of a machine in a time, in order."""
        rows = self._database.execute(
            "SELECT * FROM windows WHERE machine = ? AND time >= ? "
            "AND time < ? ORDER BY time",
            (machine, since, until),
        )
        return [JudgedWindow(*row) for row in rows]

    def spectra(
        self, machine: str, since: float = 0.0, until: float = 1e12
    ) -> list[BlockSpectrum]:
        """Spectra of the blocks of a machine in a time, in order."""
        rows = self._database.execute(
            "SELECT time, number, rate, levels FROM spectra WHERE machine = ? "
            "AND time >= ? AND time < ? ORDER BY time",
            (machine, since, until),
        )
        return [
            BlockSpectrum(time, number, rate, np.frombuffer(levels, "<f4"))
            for time, number, rate, levels in rows
        ]

    def num_judged(self, machine: str, model: str) -> int:
        """Number of windows of a machine with a score of a model."""
        query = (
            "SELECT count(*) FROM windows WHERE machine = ? AND model = ? "
            "AND anomaly_score IS NOT NULL"
        )
        rows = self._database.execute(query, (machine, model))
        return rows.fetchone()[0]

    def last_window(self, machine: str) -> float | None:
        """End of the last window of a machine, `None` where none was heard."""
        rows = self._database.execute(
            "SELECT time + seconds FROM windows WHERE machine = ? "
            "ORDER BY time DESC LIMIT 1",
            (machine,),
        )
        return next((time for (time,) in rows), None)

    def event(self, number: int) -> Event | None:
        """An event by its index, `None` where there is none."""
        return next(iter(self._events("number = ?", (number,))), None)

    def events_of_machine(self, machine: str, last: int) -> list[Event]:
        """The last events of a machine, newest first."""
        return self._events(
            "machine = ? ORDER BY number DESC LIMIT ?", (machine, last)
        )

    def select(self, query: str, values: Mapping[str, Any]) -> list[tuple]:
        """Rows of a query that only reads."""
        return self._database.execute(query, values).fetchall()

    def mutes(self) -> dict[str, float]:
        """Until when machines are muted, by key."""
        rows = self._database.execute("SELECT machine, until FROM mutes")
        return dict(rows.fetchall())

    def _events(self, condition: str, values: tuple) -> list[Event]:
        rows = self._database.execute(
            "SELECT kind, time, source, machine, message, details, number "
            f"FROM events WHERE {condition}",
            values,
        )
        return [
            Event(
                kind, time, source, machine, message, json.loads(text), number
            )
            for kind, time, source, machine, message, text, number in rows
        ]

    def _values(self, table: str) -> dict[str, dict[str, Any]]:
        rows = self._database.execute(f"SELECT * FROM {table}")
        return {key: json.loads(value) for key, value in rows}


def marks(number: int) -> str:
    """Returns question marks for so many values.

    >>> marks(3)
    '?, ?, ?'
    """
    return ", ".join("?" * number)
