"""Replay of a watch's history before a new version is used."""

from keras_asd.models import AnomalyDetector
from pipelines.feedback.replay import replay
from pipelines.watching.history import open_history
from pipelines.watching.outlets.outlets import SOUNDS
from pipelines.watching.outlets.sound_store import SoundStore

DAYS = 7.0
DAY = 86_400.0


def replay_history(
    before: AnomalyDetector,
    after: AnomalyDetector,
    machine: str,
    history: str,
    recording_channel: int | str,
) -> list[str]:
    """Sentences on the last days as both detectors hear them.

    A history has scores, and sounds of some. Scores of windows without sound
    cannot be judged again; they are counted.

    Args:
        before: Detector in use.
        after: New detector.
        machine: Key of the machine.
        history: Folder of the watch.
        recording_channel: Channel of recordings, `"mean"` or an index.

    Raises:
        FileNotFoundError: If there is no such history.

    >>> replay_history(None, None, "fan/a", "no_such_folder", "mean")
    Traceback (most recent call last):
    FileNotFoundError: `history` must be the folder of a watch. ...
    """
    with open_history(history) as opened:
        judged = [
            window
            for window in opened.windows(machine)
            if window.anomaly_score is not None
        ]
        folder = opened.path.with_name(SOUNDS)
    # Days of the machine's own time: a replay of old recordings counts, too.
    since = max((window.time for window in judged), default=0.0) - DAYS * DAY
    num_judged = sum(window.time >= since for window in judged)
    sounds = SoundStore(folder).sounds(machine, since)
    lines = []
    if sounds:
        found = replay(
            before,
            after,
            machine,
            [str(one) for one in sounds],
            recording_channel,
        )
        lines.append(f"{machine}: {found.describe(len(sounds), DAYS)}")
    lines.append(
        f"{machine}: {num_judged} windows of the last {DAYS:g} days were "
        "judged by the watch; those whose sound it did not keep cannot be "
        "replayed"
    )
    return lines
