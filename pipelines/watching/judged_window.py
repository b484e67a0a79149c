"""A window of a watch with its score."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class JudgedWindow:
    """A window with its score.

    Args:
        source: Name of the source.
        machine: Key of the machine.
        clip: Path of the recording; empty for a stream.
        start: Index of the first sample in the recording or stream.
        time: Time of the first sample, in seconds since 1970.
        seconds: Length.
        anomaly_score: Anomaly score, or `None` where it could not be judged.
        p_value: Share of normal windows that would score as high, or `None`.
        problem: Why it could not be judged; empty where it was.
        strangeness: What alarms are raised by, after this window; see
            `pipelines.watching.alarms.alarm_rule`.
        model: Digest of the model; scores of another cannot be compared.

    >>> window = JudgedWindow("hall", "fan/id_00", "", 0, 1e9, 10.0, 3.2, 0.01)
    >>> window.machine, window.anomaly_score, window.problem
    ('fan/id_00', 3.2, '')
    """

    source: str
    machine: str
    clip: str
    start: int
    time: float
    seconds: float
    anomaly_score: float | None
    p_value: float | None
    problem: str = ""
    strangeness: float | None = None
    model: str = ""
