"""Checks of an input: dead, clipped, humming, too quiet.

Each returns a strength: 1 or more where the fault is there.
"""

import numpy as np

from pipelines.watching.gate.window_sound import WindowSound
from pipelines.watching.gate.window_sound import usual_rms

# One step of 16 bits; below it an input is dead, unless the machine is usually
# so quiet.
STEP = 2.0**-15
QUIET_MACHINE = 4 * STEP
# Share of a window in which the samples do not change.
DEAD_SHARE = 0.25
# Share of the samples that lie in runs at a limit, the length of a run, and the
# lowest level that may be a limit.
CLIPPED_SHARE, CLIPPED_RUN, LEAST_LIMIT = 1e-3, 3, 0.05
# Drop of the level in dB, and in usual standard deviations.
DROP_DB, DROP_DEVIATIONS = 10.0, 4.0
# Share of the power on multiples of the mains' frequency, their width, and
# from where on nothing else may be heard.
HUM_SHARE, HUM_HZ, HUM_WIDTH, ABOVE_HUM_HZ = 0.7, (50.0, 60.0), 0.002, 1500.0
HUM_FRAME_SECONDS, HIGHEST_HUM_HZ = 1.0, 1500.0


def no_signal(sound: WindowSound) -> float:
    """Digital silence, a constant, no numbers; for a quarter at least.

    >>> no_signal(WindowSound(np.full(16_000, 0.1, "float32"), 16_000))
    4.0
    """
    waveform = sound.waveform
    if not np.isfinite(waveform).all():
        return 1 / DEAD_SHARE
    is_quiet = sound.usual and usual_rms(sound.usual) < QUIET_MACHINE
    if waveform.std() < STEP and not is_quiet:
        return 1 / DEAD_SHARE
    stays = np.diff(waveform) == 0
    if stays.mean() < DEAD_SHARE / 2:
        return 0.0
    # Single samples that stay are those of a quiet input.
    least = max(int(0.02 * sound.sampling_rate), 1)
    # It is silent for a moment in its cycle.
    if (
        sound.usual
        and (sound.usual.mean[0] + sound.usual.mean[3]).max() < -90.0
    ):
        return 0.0
    return _in_runs(stays, least) / len(stays) / DEAD_SHARE


def clipped(sound: WindowSound) -> float:
    """Runs of samples at the highest or lowest level.

    >>> time = np.arange(16_000) / 16_000
    >>> tone = 2 * np.sin(2 * np.pi * 440 * time)
    >>> clipped(WindowSound(np.clip(tone, -1, 1), 16_000)) > 1
    True
    >>> clipped(WindowSound(tone / 2, 16_000))
    0.0
    """
    waveform = sound.waveform
    samples = 0
    for side in (waveform, -waveform):
        limit = float(side.max())
        if limit >= LEAST_LIMIT:
            samples += _in_runs(side >= limit * (1 - 1e-5), CLIPPED_RUN)
    return samples / len(waveform) / CLIPPED_SHARE


def too_quiet(sound: WindowSound) -> float:
    """Level far below the usual one at most frequencies.

    >>> too_quiet(WindowSound(np.zeros(16_000), 16_000))
    0.0
    """
    _, excess, deviation = sound.excess()
    return _drop(excess, deviation)


def mains_hum(sound: WindowSound) -> float:
    """Hum of the mains and nothing of the machine above it.

    >>> mains_hum(WindowSound(np.zeros(16_000), 16_000))
    0.0
    """
    middles, excess, deviation = sound.excess()
    is_above = middles > ABOVE_HUM_HZ
    drop = _drop(excess[is_above], deviation[is_above])
    if drop < 0.5 or sound.seconds < HUM_FRAME_SECONDS:
        return 0.0
    return min(drop, max(_hum_share(sound, hz) for hz in HUM_HZ) / HUM_SHARE)


def _drop(excess: np.ndarray, deviation: np.ndarray) -> float:
    if not len(excess):
        return 0.0
    least = max(DROP_DB, DROP_DEVIATIONS * float(np.median(deviation)))
    return max(-float(np.median(excess)) / least, 0.0)


def _hum_share(sound: WindowSound, mains_hz: float) -> float:
    """Share of the power that is on multiples of the mains' frequency."""
    length = round(HUM_FRAME_SECONDS * sound.sampling_rate)
    frames = np.lib.stride_tricks.sliding_window_view(sound.waveform, length)
    shaped = frames[:: length // 2] * np.hanning(length)
    power = (np.abs(np.fft.rfft(shaped)) ** 2).mean(0)[1:]
    hz = np.arange(1, len(power) + 1) / HUM_FRAME_SECONDS
    distance = np.abs(hz - mains_hz * np.maximum(np.round(hz / mains_hz), 1))
    # The lobe of a Hann window is two bins to either side.
    is_hum = distance <= 2 / HUM_FRAME_SECONDS + HUM_WIDTH * hz
    total = float(power.sum())
    kept = float(power[is_hum & (hz <= HIGHEST_HUM_HZ)].sum())
    return kept / total if total else 0.0


def _in_runs(is_in: np.ndarray, least: int) -> int:
    """How many are in runs of at least so many."""
    if np.count_nonzero(is_in) < least:
        return 0
    edges = np.flatnonzero(np.diff(np.pad(is_in.astype("int8"), 1)))
    lengths = edges[1::2] - edges[::2]
    return int(lengths[lengths >= least].sum())
