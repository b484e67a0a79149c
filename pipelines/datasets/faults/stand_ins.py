"""Stand-ins for anomalies: normal waveforms with a small change.

Choices are made by these kinds; what they chose is judged by others, those of
`injections`. They imitate no particular fault, and were designed without
anomalies.
Each change keeps the level, and its strength is drawn for every clip from a
wide range, so that some stand-ins are detected by every detector and some by
none.

The ranges were set on normal clips only, so that neither detector below
saturates. The table has the ROC AUC in percent of held-out clips, 30 % of all,
against the same clips with each change, and against clips of sibling sections
like in `ProxyObjective`; mean over the sections:

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

from pipelines.datasets.faults.changes import band_gain
from pipelines.datasets.faults.changes import impulses
from pipelines.datasets.faults.changes import noise_bursts
from pipelines.datasets.faults.changes import pitch_shift

_NUM_TRIES = 8
# A waveform with less power around its mean is silent or constant.
_LEAST_POWER = 1e-9

Change = Callable[[np.ndarray, int, np.random.Generator, float], np.ndarray]


@dataclasses.dataclass(frozen=True)
class StandIn:
    """Kind of change and the range of its strength.

    Args:
        change: Function that changes a waveform.
        weakest: Smallest strength; strengths are drawn log-uniformly.
        strongest: Largest strength.

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
    """Applies a change of a random strength to a waveform, at the same level.

    Args:
        kind: Kind of the change, a key of `STAND_INS`.
        waveform: Waveform within full scale, `(samples,)`.
        sampling_rate: Sampling rate in Hz.
        rng: Random generator for the strength and the details.

    Returns:
        Altered waveform, `(samples,)`, float32; see `apply`.

    >>> hum = np.sin(np.arange(16_000)) / 2
    >>> altered = alter("impulses", hum, 16_000, np.random.default_rng(0))
    >>> round(float(np.std(altered) / np.std(hum)), 4)
    1.0
    """
    severity = rng.uniform()
    return apply(STAND_INS[kind], severity, waveform, sampling_rate, rng)


def apply(
    stand_in: StandIn,
    severity: float,
    waveform: np.ndarray,
    sampling_rate: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Applies a change of a graded strength to a waveform, at the same level.

    Mean and power are kept, and the result is within full scale: a change that
    would exceed it is made weaker, and a waveform without headroom is returned
    unchanged.

    Args:
        stand_in: Change and its range.
        severity: Strength from 0, the weakest, to 1, the strongest, on a
            logarithmic scale.
        waveform: Waveform within full scale, `(samples,)`.
        sampling_rate: Sampling rate in Hz.
        rng: Random generator for the details.

    Returns:
        Altered waveform, `(samples,)`, float32.
    """
    ratio = stand_in.strongest / stand_in.weakest
    strength = stand_in.weakest * ratio**severity
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
