"""Stand-ins for anomalies: normal waveforms with a small change.

No fault is imitated, and no anomaly was looked at. Each change leaves the
level as it was, and its strength is drawn for every clip from a wide range,
so that some stand-ins are plain to every detector and some to none.

The ranges were set on normal clips alone, so that neither detector below
saturates. ROC AUC in percent of held-out clips, 30 % of all, against the same
with each change; mean over the sections, beside it clips of sibling sections
as `ProxyObjective` takes them:

| clips     | detector      | pitch | gain | impulses | bursts | siblings |
|-----------|---------------|-------|------|----------|--------|----------|
| built-in  | training-free | 89    | 79   | 85       | 86     | 90       |
| built-in  | network       | 62    | 57   | 62       | 63     | 93       |
| DCASE     | training-free | 85    | 72   | 87       | 89     | -        |
| DCASE     | network       | 66    | 44   | 69       | 53     | -        |

Built-in: eight machines (two each of four kinds), 60 clips each. DCASE: 60
clips of slider id_00 of 2020 and 39 of RoboticArm of 2024. The network is the
preset `reduced` on 2 s with 32 bands, a quarter of the width and 15 epochs.
"""

import dataclasses
from collections.abc import Callable

import numpy as np

from tuning.trials.judging.changes import band_gain
from tuning.trials.judging.changes import impulses
from tuning.trials.judging.changes import noise_bursts
from tuning.trials.judging.changes import pitch_shift

_NUM_TRIES = 8
# What varies less is silence, or a constant.
_LEAST_POWER = 1e-9

Change = Callable[[np.ndarray, int, np.random.Generator, float], np.ndarray]


@dataclasses.dataclass(frozen=True)
class StandIn:
    """A kind of change, and how strong it is.

    Args:
        change: What is done.
        weakest: Strengths are drawn from here, evenly on their logarithm ...
        strongest: ... to here.

    >>> STAND_INS["pitch_shift"].weakest
    0.2
    """

    change: Change
    weakest: float
    strongest: float


STAND_INS = {
    "pitch_shift": StandIn(pitch_shift, 0.2, 3.0),
    "band_gain": StandIn(band_gain, 1.0, 12.0),
    "impulses": StandIn(impulses, 0.07, 1.5),
    "noise_bursts": StandIn(noise_bursts, 0.07, 1.5),
}


def alter(
    kind: str,
    waveform: np.ndarray,
    sampling_rate: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """A waveform with a change of that kind, at the same level.

    The mean, the power and the greatest possible peak stay: where the change
    would go beyond full scale, it is made weaker, and a waveform that has no
    room at all comes back as it was.

    Args:
        kind: A key of `STAND_INS`.
        waveform: `(samples,)`, within full scale.
        sampling_rate: In Hz.
        rng: Draws strength and particulars.

    Returns:
        `(samples,)`, float32.

    >>> hum = np.sin(np.arange(16_000)) / 2
    >>> altered = alter("impulses", hum, 16_000, np.random.default_rng(0))
    >>> round(float(np.std(altered) / np.std(hum)), 4)
    1.0
    """
    stand_in = STAND_INS[kind]
    ratio = stand_in.strongest / stand_in.weakest
    strength = stand_in.weakest * ratio ** rng.uniform()
    waveform = np.asarray(waveform, np.float64)
    mean = np.mean(waveform)
    moving = waveform - mean
    power = np.std(moving)
    if power < _LEAST_POWER:
        return waveform.astype(np.float32)
    changed = stand_in.change(moving, sampling_rate, rng, strength)
    limit = max(1.0, np.max(np.abs(waveform)))
    share = 1.0
    for _ in range(_NUM_TRIES):
        mixed = (1 - share) * moving + share * changed
        mixed -= np.mean(mixed)
        mixed *= power / max(np.std(mixed), _LEAST_POWER)
        if np.max(np.abs(mixed + mean)) <= limit:
            return (mixed + mean).astype(np.float32)
        share /= 2
    return waveform.astype(np.float32)
