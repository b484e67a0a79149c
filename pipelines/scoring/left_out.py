"""Clips without a score, counted while their rows pass."""

from collections.abc import Iterable
from collections.abc import Iterator

from pipelines.audio.broken_clips import warn_of_number
from pipelines.scoring.batch_scoring import Row


def count_left_out(rows: Iterable[Row]) -> Iterator[Row]:
    """Passes rows on, and logs in the end how many clips have no score.

    Args:
        rows: Rows of scores, those of a clip one behind the other.

    Yields:
        The same rows.

    >>> row = {"clip": "a.wav", "anomaly_score": None, "problem": "empty"}
    >>> len(list(count_left_out([row])))
    1
    """
    num_clips = 0
    last = None
    problems: dict[str, str] = {}
    for row in rows:
        num_clips += row["clip"] != last
        last = row["clip"]
        if row["anomaly_score"] is None:
            problems[last] = row["problem"]
        yield row
    warn_of_number(list(problems.values()), num_clips)
