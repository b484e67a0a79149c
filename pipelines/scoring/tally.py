"""Tally: clips, alarms and broken clips, counted while their rows pass."""

from collections.abc import Iterable
from collections.abc import Iterator

from pipelines.audio.broken_clips import warn_of_number
from pipelines.scoring.batch_scoring import Row


class Tally:
    """Numbers of the rows that pass.

    Args:
        keeps_rows: Whether the rows are kept in `rows`.

    >>> tally = Tally()
    >>> row = {"clip": "a.wav", "anomaly_score": 1.0, "decision": 1}
    >>> len(list(tally.count([row]))), tally.num_scored, tally.num_alarms
    (1, 1, 1)
    """

    def __init__(self, keeps_rows: bool = False):
        self._keeps_rows = keeps_rows
        self.rows: list[Row] = []
        self.num_clips = 0
        self.num_rows = 0
        self.num_scored = 0
        self.num_alarms = 0

    def count(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Passes rows on, and logs in the end how many clips have no score.

        Args:
            rows: Rows of scores, those of a clip one behind the other.
        """
        last = None
        problems: dict[str, str] = {}
        for row in rows:
            self.num_rows += 1
            self.num_clips += row["clip"] != last
            last = row["clip"]
            if row["anomaly_score"] is None:
                problems[last] = row["problem"]
            else:
                self.num_scored += 1
            self.num_alarms += row["decision"] == 1
            if self._keeps_rows:
                self.rows.append(row)
            yield row
        warn_of_number(list(problems.values()), self.num_clips)
