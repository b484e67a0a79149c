"""Normal sound in a history: what a promise rests on."""

from collections.abc import Sequence

import numpy as np

from pipelines.watching.events import Event
from pipelines.watching.history import History
from pipelines.watching.judged_window import JudgedWindow


def normal_scores(
    history: History, machine: str, model: str, num_windows: int
) -> list[np.ndarray]:
    """Anomaly scores of what is taken to be normal sound of a machine.

    That is all that a model has judged, but for alarms under a promise.
    Those of a provisional limit count as normal: left out, normal sound would
    seem quieter than it is.

    Args:
        history: History of the watch.
        machine: Key of the machine.
        model: Digest of the model.
        num_windows: Gap that ends a stretch, in windows.

    Returns:
        Scores in order of time, `(windows,)` for each stretch without a gap.

    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> with History(folder / "history.sqlite") as history:
    ...     normal_scores(history, "fan", "digest", 6)
    []
    """
    windows = normal_windows(history, machine, model)
    return stretches(windows, num_windows)


def normal_windows(
    history: History,
    machine: str,
    model: str,
    since: float = 0.0,
    until: float = 1e12,
    alarm_seconds: float = float("inf"),
) -> list[JudgedWindow]:
    """Windows of what is taken to be normal sound; see `normal_scores`.

    Args:
        history: History of the watch.
        machine: Key of the machine.
        model: Digest of the model.
        since: Time of the first, in seconds since 1970.
        until: Time that they are before.
        alarm_seconds: How much of an alarm is left out.

    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> with History(folder / "history.sqlite") as history:
    ...     normal_windows(history, "fan", "digest", since=1.75e9)
    []
    """
    windows = [
        window
        for window in history.windows(machine, since, until)
        if window.model == model and window.anomaly_score is not None
    ]
    alarms = _promised_alarms(history.alarms(machine))
    if not alarms:
        return windows
    begins = np.array([begin for begin, _ in alarms])
    ends = np.array([min(end, begin + alarm_seconds) for begin, end in alarms])
    times = np.array([window.time for window in windows])
    index = np.searchsorted(begins, times, side="right") - 1
    is_alarm = (index >= 0) & (times < ends[np.maximum(index, 0)])
    return [
        window
        for window, is_out in zip(windows, is_alarm, strict=True)
        if not is_out
    ]


def stretches(
    windows: Sequence[JudgedWindow], num_windows: int
) -> list[np.ndarray]:
    """Scores of judged windows, in stretches that the rule does not forget.

    Args:
        windows: Windows of a machine in order of time, with scores.
        num_windows: Gap that ends a stretch, in windows.

    >>> def window(time):
    ...     return JudgedWindow("", "fan", "", 0, time, 10.0, 1.0, 0.5)
    >>> [len(part) for part in stretches([window(0), window(10)], 6)]
    [2]
    """
    if not windows:
        return []
    seconds = windows[0].seconds
    gaps = np.diff([window.time for window in windows]) - seconds
    scores = np.array([window.anomaly_score for window in windows], "float64")
    (ends,) = np.nonzero(gaps > num_windows * seconds)
    return np.split(scores, ends + 1)


def _promised_alarms(events: Sequence[Event]) -> list[tuple[float, float]]:
    """Onset and end of each; one that has no end goes on."""
    alarms: list[tuple[float, float]] = []
    for event in events:
        if event.details.get("promised_per_week") is None:
            continue
        onset = float(event.details["onset"])
        if alarms and alarms[-1][0] == onset:
            alarms.pop()
        end = event.time if event.kind == "alarm_ended" else float("inf")
        alarms.append((onset, end))
    return sorted(alarms)
