"""Faults injected into recordings, to judge detectors by.

No choice is made by these kinds, so that a table of them judges what was
chosen by `stand_ins`. Five are those of the built-in machines, at their levels
over a recording; four change a recording in ways of their own.
"""

import functools

import numpy as np
import scipy.fft

from pipelines.datasets.faults.machine_faults import FAULT_LEVELS_DB
from pipelines.datasets.faults.machine_faults import fault_sound
from pipelines.datasets.faults.stand_ins import StandIn
from pipelines.datasets.faults.stand_ins import apply
from pipelines.datasets.sound_elements import amplitude
from pipelines.datasets.sound_elements import at_level
from pipelines.datasets.sound_elements import periodic
from pipelines.datasets.sound_elements import rms
from pipelines.datasets.sound_elements import slow_curve
from pipelines.datasets.synthetic.machine import DESIGNS
from pipelines.datasets.synthetic.machine import build_unit
from pipelines.datasets.synthetic.machine_sound import move

_SQUEAL_HZ = (400.0, 3000.0)
_TILT_MIDDLE_HZ = 1000.0
_GAP_SECONDS = (0.03, 0.2)
_GAPS_PER_SECOND = (0.5, 4.0)
_FLUTTER_HZ = (2.0, 40.0)


def _damage(
    fault: str,
    waveform: np.ndarray,
    sampling_rate: int,
    rng: np.random.Generator,
    share: float,
) -> np.ndarray:
    """Adds the fault of a made-up machine that moves at a speed of its own."""
    machines = [name for name in DESIGNS if fault in DESIGNS[name].faults]
    unit = build_unit(
        machines[rng.integers(len(machines))], rng.integers(100), 0
    )
    load = rng.uniform(0.3, 3.0)
    motion = move(unit, load, len(waveform), sampling_rate, rng)
    power = rms(waveform)
    added = fault_sound(
        fault, 1.0, unit, motion, waveform / power, sampling_rate, rng
    )
    return waveform + at_level(added, 20 * np.log10(share * power))


def _squeal(
    waveform: np.ndarray,
    sampling_rate: int,
    rng: np.random.Generator,
    share: float,
) -> np.ndarray:
    """Adds a tone with harmonics whose pitch and level wander."""
    samples = len(waveform)
    hz = np.exp(rng.uniform(*np.log(_SQUEAL_HZ)))
    wander = 1 + 0.01 * slow_curve(rng, samples, sampling_rate, 0.3)
    turns = np.cumsum(hz * wander) / sampling_rate
    weights = np.array([1.0, 0.4, 0.2])
    weights = weights[: max(int(0.45 * sampling_rate / hz), 1)]
    level_db = 4.0 * slow_curve(rng, samples, sampling_rate, 0.5)
    tone = periodic(turns, weights, rng) * amplitude(level_db)
    return waveform + at_level(tone, 20 * np.log10(share * rms(waveform)))


def _tilt(
    waveform: np.ndarray,
    sampling_rate: int,
    rng: np.random.Generator,
    decibels: float,
) -> np.ndarray:
    """Tilts the spectrum by so many decibels an octave, either way."""
    decibels = rng.choice([-1, 1]) * decibels
    hz = scipy.fft.rfftfreq(len(waveform), 1 / sampling_rate)
    octaves = np.log2(np.maximum(hz, 60.0) / _TILT_MIDDLE_HZ)
    spectrum = scipy.fft.rfft(waveform) * amplitude(decibels * octaves)
    return scipy.fft.irfft(spectrum, len(waveform))


def _dropouts(
    waveform: np.ndarray,
    sampling_rate: int,
    rng: np.random.Generator,
    decibels: float,
) -> np.ndarray:
    """Attenuates short moments by so many decibels."""
    samples = len(waveform)
    wanted = rng.uniform(*_GAPS_PER_SECOND) * samples / sampling_rate
    time = np.arange(samples) / sampling_rate
    depth = np.zeros(samples)
    for _ in range(max(round(wanted), 1)):
        distance = np.abs(time - rng.uniform(0.0, samples / sampling_rate))
        width = rng.uniform(*_GAP_SECONDS)
        depth = np.maximum(depth, np.clip(2 - 2 * distance / width, 0.0, 1.0))
    return waveform * amplitude(-decibels * depth)


def _flutter(
    waveform: np.ndarray,
    sampling_rate: int,
    rng: np.random.Generator,
    depth: float,
) -> np.ndarray:
    """Makes the whole sound swell and fade at a steady rate."""
    hz = np.exp(rng.uniform(*np.log(_FLUTTER_HZ)))
    turns = hz * np.arange(len(waveform)) / sampling_rate + rng.random()
    return waveform * (1 + depth * np.cos(2 * np.pi * turns))


INJECTIONS = {
    **{
        fault: StandIn(
            functools.partial(_damage, fault),
            *(float(10 ** (level_db / 20)) for level_db in levels_db),
        )
        for fault, levels_db in FAULT_LEVELS_DB.items()
    },
    "squeal": StandIn(_squeal, 0.01, 0.3),
    "tilt": StandIn(_tilt, 0.1, 2.0),
    "dropouts": StandIn(_dropouts, 0.5, 12.0),
    "flutter": StandIn(_flutter, 0.03, 0.6),
}


def inject(
    kind: str,
    severity: float,
    waveform: np.ndarray,
    sampling_rate: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Injects a fault into a recording, at the same level.

    Args:
        kind: Kind of the fault, a key of `INJECTIONS`.
        severity: Severity from 0, barely audible, to 1, clear; linear in
            decibels.
        waveform: Waveform within full scale, `(samples,)`.
        sampling_rate: Sampling rate in Hz.
        rng: Random generator for the details of this fault.

    Returns:
        Waveform with the fault, `(samples,)`, float32, as loud as before. A
        silent one comes back unchanged.

    >>> noise = 0.1 * np.random.default_rng(0).standard_normal(16_000)
    >>> hiss = inject("leak", 0.5, noise, 16_000, np.random.default_rng(0))
    >>> round(float(np.std(hiss) / np.std(noise)), 4)
    1.0
    """
    return apply(INJECTIONS[kind], severity, waveform, sampling_rate, rng)
