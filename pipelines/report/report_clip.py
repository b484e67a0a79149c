"""Report clip: a scored clip, or a window of it, as the page shows it."""

import dataclasses
import datetime
import pathlib

from pipelines.audio.recorded_time import recorded_time
from pipelines.feedback.named_faults import describe_nearest
from pipelines.scoring.batch_scoring import Row


@dataclasses.dataclass(frozen=True)
class ReportClip:
    """A clip, or a window of it, with its score.

    Args:
        path: Path of the recording.
        key: Key of its machine; empty where it is not known.
        score: Anomaly score; `None` where there is none.
        p_value: Share of normal clips that would score as high, or `None`.
        is_alarm: Whether it raised an alarm; `None` without a decision.
        problem: What is wrong with the recording.
        start: Start of the window in seconds; `None` for a whole clip.
        end: End of the window in seconds; `None` for a whole clip.
        is_anomaly: Whether it is known to be a fault; `None` if unknown.
        time: When it was recorded, where its name, folders or tags say so.
        nearest: Nearest known fault, in words; empty where none is known.

    >>> clip = ReportClip(pathlib.Path("a.wav"), "fan/all", 0.5, 0.01, True)
    >>> clip.name, clip.is_anomaly
    ('a.wav', None)
    """

    path: pathlib.Path
    key: str
    score: float | None
    p_value: float | None
    is_alarm: bool | None
    problem: str = ""
    start: float | None = None
    end: float | None = None
    is_anomaly: bool | None = None
    time: datetime.datetime | None = None
    nearest: str = ""

    @property
    def name(self) -> str:
        """File name, and the seconds of a window."""
        if self.start is None or self.end is None:
            return self.path.name
        return f"{self.path.name}, {self.start:g} to {self.end:g} s"

    @property
    def moment(self) -> datetime.datetime | None:
        """When the clip, or the window of it, begins."""
        if self.time is None:
            return None
        return self.time + datetime.timedelta(seconds=self.start or 0.0)


def clip_of_row(row: Row) -> ReportClip:
    """The clip of a row of scores.

    >>> row = {"clip": "a_20240305_140000.wav", "machine": "fan/all",
    ...     "anomaly_score": 0.5, "p_value": None, "decision": -1,
    ...     "problem": ""}
    >>> clip_of_row(row).moment.isoformat()
    '2024-03-05T14:00:00'
    """
    path, fault = pathlib.Path(row["clip"]), row.get("nearest_fault")
    return ReportClip(
        path,
        row["machine"],
        row["anomaly_score"],
        row["p_value"],
        None if row["decision"] < 0 else bool(row["decision"]),
        row["problem"],
        row.get("start_seconds"),
        row.get("end_seconds"),
        time=recorded_time(path),
        nearest=describe_nearest(fault) if fault else "",
    )
