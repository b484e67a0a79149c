"""Clip scorer: a run or an exported model, ready to score waveforms."""

import dataclasses
from collections.abc import Callable

import numpy as np

# From waveforms `(batch, n)`, the machine of each and the requested false-alarm
# rate, or `None` for the model's own, to arrays of `OUTPUTS`.
ScoreFunction = Callable[
    [np.ndarray, list[str], float | None], dict[str, np.ndarray]
]

OUTPUTS = ("anomaly_score", "p_value", "decision", "valid", "problem")


@dataclasses.dataclass(frozen=True)
class ClipScorer:
    """A model that scores waveforms, and what it expects of them.

    Args:
        machines: Keys that it knows.
        sampling_rate: Sampling rate in Hz.
        recording_channel: `"mean"` or the index of a channel.
        samples: Number of samples of a window of the model.
        score: Function of waveforms `(batch, n)`, float32, the key of each
            and the requested false-alarm rate (the model's own if `None`),
            which returns `anomaly_score`, `p_value`, `decision`, `valid` and
            `problem`, arrays of `(batch,)`.

    >>> ClipScorer(("fan",), 16000, "mean", 160000, lambda *_: {}).machines
    ('fan',)
    """

    machines: tuple[str, ...]
    sampling_rate: int
    recording_channel: int | str
    samples: int
    score: ScoreFunction
