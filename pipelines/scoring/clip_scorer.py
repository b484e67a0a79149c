"""What scores clips, whether a run or an exported model."""

import dataclasses
from collections.abc import Callable

import numpy as np

# From waveforms `(batch, n)`, the machine of each and the wished share of
# false alarms, or `None` for the model's own, to arrays of `OUTPUTS`.
ScoreFunction = Callable[
    [np.ndarray, list[str], float | None], dict[str, np.ndarray]
]

OUTPUTS = ("anomaly_score", "p_value", "decision", "valid", "problem")


@dataclasses.dataclass(frozen=True)
class ClipScorer:
    """A model that scores waveforms, and what it expects of them.

    Args:
        machines: Keys it knows.
        sampling_rate: Hz.
        recording_channel: `"mean"` or the index of a channel.
        samples: Length of what it hears at once.
        score: From waveforms `(batch, n)`, float32, the key of each and the
            wished share of false alarms (the model's own if `None`) to
            `anomaly_score`, `p_value`, `decision`, `valid` and `problem`,
            arrays of `(batch,)`.

    >>> ClipScorer(("fan",), 16000, "mean", 160000, lambda *_: {}).machines
    ('fan',)
    """

    machines: tuple[str, ...]
    sampling_rate: int
    recording_channel: int | str
    samples: int
    score: ScoreFunction
