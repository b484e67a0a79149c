"""Trend of a machine: its windows in bins of time, counted by the database."""

import dataclasses

import numpy as np

from pipelines.watching.alarms.alarm_limit import AlarmLimit
from pipelines.watching.history_queries import HistoryQueries

LEAST_P_VALUE = 1e-9
QUERY = """
SELECT CAST((time - :since) / :width AS INTEGER) AS bin, count(*),
    count(anomaly_score), min({low}), avg({value}), max({high})
FROM windows WHERE machine = :machine AND time >= :since AND time < :until
GROUP BY bin"""


@dataclasses.dataclass(frozen=True)
class Trend:
    """Strangeness of the windows of a machine over time.

    Args:
        since: Time of the first bin's beginning, in seconds since 1970.
        width: Seconds of a bin.
        num_heard: Number of windows of each bin, `(bins,)`.
        num_judged: Number of those with a score, `(bins,)`.
        levels: Least, mean and highest strangeness of each bin, `(3, bins)`;
            NaN where nothing was judged.

    >>> nothing = np.zeros(2)
    >>> Trend(0.0, 60.0, nothing, nothing, np.full((3, 2), np.nan)).until
    120.0
    """

    since: float
    width: float
    num_heard: np.ndarray
    num_judged: np.ndarray
    levels: np.ndarray

    @property
    def until(self) -> float:
        """End of the last bin."""
        return self.since + self.width * len(self.num_heard)

    def heard(self, least: int) -> "Trend":
        """The trend from where the machine was first heard, to the end.

        Args:
            least: Least number of bins.
        """
        places = np.flatnonzero(self.num_heard)
        last = max(len(self.num_heard) - least, 0)
        first = min(int(places[0]), last) if len(places) else 0
        return Trend(
            self.since + first * self.width,
            self.width,
            self.num_heard[first:],
            self.num_judged[first:],
            self.levels[:, first:],
        )

    @property
    def times(self) -> np.ndarray:
        """Middle of each bin, `(bins,)`."""
        return self.since + self.width * (0.5 + np.arange(len(self.num_heard)))


def read_trend(
    history: HistoryQueries,
    machine: str,
    until: float,
    width: float,
    num_bins: int,
    limit: AlarmLimit,
) -> Trend:
    """Reads the trend of a machine; the database counts, however long it is.

    Args:
        history: History of the watch.
        machine: Key of the machine.
        until: Seconds since 1970; the last bin has it, or begins there.
        width: Seconds of a bin. Bins begin at whole multiples of it.
        num_bins: Number of bins.
        limit: Limit of the machine: whether p-values or scores are compared.

    >>> import pathlib
    >>> from pipelines.watching.history_tables import open_database
    >>> database = open_database(pathlib.Path(":memory:"))
    >>> trend = read_trend(HistoryQueries(database), "fan", 3600.0, 60.0, 60,
    ...     AlarmLimit(1.0, 1.0))
    >>> trend.since, trend.num_heard.sum()
    (60.0, 0.0)
    """
    since = (until // width + 1 - num_bins) * width
    # Small p-values are strange.
    names = ("anomaly_score",) * 3
    if limit.is_p_value:
        names = ("-p_value", "p_value", "-p_value")
    query = QUERY.format(low=names[0], value=names[1], high=names[2])
    values = {
        "since": since,
        "until": since + width * num_bins,
        "width": width,
        "machine": machine,
    }
    counts, levels = np.zeros((2, num_bins)), np.full((3, num_bins), np.nan)
    for place, heard, judged, *found in history.select(query, values):
        counts[:, place] = heard, judged
        if judged and None not in found:
            levels[:, place] = found
    if limit.is_p_value:
        levels = -np.log10(np.maximum(np.abs(levels), LEAST_P_VALUE))
    return Trend(since, width, counts[0], counts[1], levels)
