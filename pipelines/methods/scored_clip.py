"""Record of a clip and its anomaly scores."""

import dataclasses
import math

from pipelines.datasets.clip import Clip


@dataclasses.dataclass(frozen=True)
class ScoredClip:
    """A clip with its anomaly score.

    Args:
        clip: The scored clip.
        anomaly_score: Anomaly score, finite; larger is stranger.
        angle_degrees: Angle between the clip's embedding and the centre of
            its own class, 0 to 180, or `None` where there is no such centre.
        baseline_score: Anomaly score of the baseline for the same clip, finite;
            `None` without a baseline.
        decision: Whether it raised an alarm; `None` without a decision.
        p_value: Share of normal clips that would score as high; `None` if
            that is not known.

    Raises:
        ValueError: If a number is NaN or infinite, or the angle is outside 0 to
            180; the message has the clip's path.

    >>> import pathlib
    >>> clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "test", True)
    >>> ScoredClip(clip, anomaly_score=3.5, angle_degrees=12.0).clip.key
    'fan/id_00'
    """

    clip: Clip
    anomaly_score: float
    angle_degrees: float | None = None
    baseline_score: float | None = None
    decision: bool | None = None
    p_value: float | None = None

    def __post_init__(self):
        for name in ("anomaly_score", "angle_degrees", "baseline_score"):
            number = getattr(self, name)
            if number is not None and not math.isfinite(number):
                raise ValueError(
                    f"`{name}` must be finite. Received: {name}={number} for "
                    f"{self.clip.path}. Leave the clip out, with its reason."
                )
        if self.angle_degrees is not None:
            if not 0 <= self.angle_degrees <= 180:
                raise ValueError(
                    "`angle_degrees` must be from 0 to 180. Received: "
                    f"angle_degrees={self.angle_degrees} for "
                    f"{self.clip.path}. From radians use `math.degrees`."
                )
