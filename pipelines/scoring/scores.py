"""Scores of clips in memory: rows, and a table to look at."""

import os
import pathlib
from collections.abc import Iterable
from collections.abc import Iterator

from pipelines.evaluation.tables import NOTHING
from pipelines.evaluation.tables import Table
from pipelines.files.names import escape_name
from pipelines.scoring.batch_scoring import Row
from pipelines.scoring.score_table import write_score_table

DECISIONS = {1: "alarm", 0: "normal", -1: "none"}
HEADER = ("clip", "machine", "score", "p-value", "decision", "problem")
NUM_SHOWN = 20


class Scores:
    """A row for each clip, or each window of it, in order.

    A row is a dict: `clip` (path), `machine`, `anomaly_score` (larger is
    stranger; `None` where there is none), `p_value` (the share of normal clips
    that would score as high), `decision` (1 alarm, 0 normal, -1 none
    possible), `valid` and `problem`; of a window also `start_seconds` and
    `end_seconds`. Printed, it is a table of the first 20. A pandas table is
    `pandas.DataFrame(list(scores))`.

    Args:
        rows: Rows that `score_clips` yields.

    >>> scores = Scores([{
    ...     "clip": "a.wav", "machine": "fan/all", "anomaly_score": 0.25,
    ...     "p_value": 0.01, "decision": 1, "valid": True, "problem": ""}])
    >>> scores
    clip    machine      score    p-value  decision    problem
    ------  ---------  -------  ---------  ----------  ---------
    a.wav   fan/all       0.25       0.01  alarm
    >>> len(scores), scores[0]["decision"]
    (1, 1)
    """

    def __init__(self, rows: Iterable[Row]):
        self.rows = list(rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __getitem__(self, index: int) -> Row:
        return self.rows[index]

    def __repr__(self) -> str:
        if not self.rows:
            return "no clips"
        times = [name for name in ("start_seconds",) if name in self.rows[0]]
        header = (*HEADER[:2], *(["from s"] if times else []), *HEADER[2:])
        shown = [self._cells(row, times) for row in self.rows[:NUM_SHOWN]]
        text = Table(header, shown).plain()
        more = len(self.rows) - NUM_SHOWN
        return f"{text}\nand {more} more" if more > 0 else text

    def _cells(self, row: Row, times: list[str]) -> list[str]:
        return [
            escape_name(row["clip"]),
            escape_name(row["machine"]),
            *(f"{row[name] or 0:g}" for name in times),
            _show(row["anomaly_score"], ".6g"),
            _show(row["p_value"], ".4g"),
            DECISIONS[row["decision"]],
            row["problem"],
        ]

    def write(self, path: str | os.PathLike[str]) -> None:
        """Writes all rows as a table, `.csv` or `.parquet`.

        Raises:
            ValueError: For another suffix, or where there is no row.
        """
        if not self.rows:
            raise ValueError(
                f"Scores must have a row to be written. Received: path={path}, "
                "and no rows."
            )
        write_score_table(pathlib.Path(path), self.rows, list(self.rows[0]))


def _show(value: float | None, form: str) -> str:
    return NOTHING if value is None else format(value, form)
