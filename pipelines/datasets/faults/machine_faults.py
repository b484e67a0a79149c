"""Faults of the built-in machines: the sounds that damage adds."""

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from pipelines.datasets.sound_elements import at_level
from pipelines.datasets.sound_elements import band_noise
from pipelines.datasets.sound_elements import periodic
from pipelines.datasets.sound_elements import ring

if TYPE_CHECKING:
    # The machines are made of this: a room of theirs must not be loaded first.
    from pipelines.datasets.synthetic.machine import Machine
    from pipelines.datasets.synthetic.machine_sound import Motion

# Passes of a ball over a defect of the outer ring, per turn of the shaft.
_DEFECT_ORDER = 3.57


@dataclasses.dataclass(frozen=True)
class _Run:
    """A machine that runs: how it moves, and its sound without a fault."""

    unit: "Machine"
    motion: "Motion"
    sound: np.ndarray
    sampling_rate: int


def _bearing(run: _Run, rng: np.random.Generator) -> np.ndarray:
    """Impulses at the defect's rate that excite the housing's resonance."""
    slip = 1 + 0.01 * rng.standard_normal()
    count = np.floor(run.motion.turns * _DEFECT_ORDER * slip)
    struck = np.flatnonzero(np.diff(count) > 0) + 1
    excitation = np.zeros(len(run.sound))
    # The defect is pressed hardest once in a turn.
    pressed = 1 + 0.6 * np.cos(2 * np.pi * run.motion.turns[struck])
    excitation[struck] = pressed * rng.lognormal(0, 0.3, len(struck))
    resonance_hz = run.unit.bearing_hz * rng.lognormal(0, 0.12)
    return ring(excitation, run.sampling_rate, resonance_hz, 0.0015)


def _imbalance(run: _Run, rng: np.random.Generator) -> np.ndarray:
    """Low multiples of the turn, and every sound swelling with the turn."""
    weights = np.linspace(1.0, 0.3, 6) * rng.lognormal(0, 0.3, 6)
    shaking = at_level(periodic(run.motion.turns, weights, rng), -3.0)
    swell = periodic(run.motion.turns, np.array([1.0, 0.3]), rng)
    return shaking + run.sound * swell


def _leak(run: _Run, rng: np.random.Generator) -> np.ndarray:
    """A hiss that flickers, in a machine with strokes while it is shut."""
    samples = len(run.sound)
    centre_hz = run.unit.hiss_hz * rng.lognormal(0, 0.15)
    hiss = band_noise(rng, samples, run.sampling_rate, centre_hz, 0.35)
    if run.unit.stroke_seconds:
        return hiss * (1.2 - run.motion.velocity)
    return hiss * (1 + periodic(run.motion.turns, np.array([0.4]), rng))


def _rub(run: _Run, rng: np.random.Generator) -> np.ndarray:
    """Scraping in one part of every turn, or of every stroke."""
    samples = len(run.sound)
    centre_hz = run.unit.scrape_hz * rng.lognormal(0, 0.12)
    scrape = band_noise(rng, samples, run.sampling_rate, centre_hz, 0.5)
    if not run.unit.stroke_seconds:
        near = 0.5 + 0.5 * np.cos(2 * np.pi * (run.motion.turns - rng.random()))
        return scrape * near**6
    position = run.unit.moving_share * rng.uniform(0.2, 0.8)
    distance = (run.motion.stroke - position + 0.5) % 1 - 0.5
    return scrape * np.exp(-0.5 * (distance / 0.06) ** 2)


def _missing_tooth(run: _Run, rng: np.random.Generator) -> np.ndarray:
    """A knock of two resonances each time the gap comes round."""
    position = run.unit.moving_share * rng.uniform(0.2, 0.8)
    struck = run.motion.passes(position)
    excitation = np.zeros(len(run.sound))
    excitation[struck] = rng.lognormal(0, 0.2, len(struck))
    lowest_hz = run.unit.impact_hz[0] * rng.lognormal(0.3, 0.15)
    knock = ring(excitation, run.sampling_rate, lowest_hz, 0.012)
    return knock + 0.5 * ring(
        excitation, run.sampling_rate, 2.6 * lowest_hz, 0.006
    )


Fault = Callable[[_Run, np.random.Generator], np.ndarray]

FAULTS: dict[str, Fault] = {
    "bearing": _bearing,
    "imbalance": _imbalance,
    "leak": _leak,
    "rub": _rub,
    "missing_tooth": _missing_tooth,
}

# Power of a fault over that of the machine at severity 0 and at 1.
FAULT_LEVELS_DB = {
    "bearing": (-19.0, -3.0),
    "imbalance": (-11.0, 3.0),
    "leak": (-24.0, -8.0),
    "rub": (-16.0, 0.0),
    "missing_tooth": (-12.0, 3.0),
}


def fault_sound(
    fault: str,
    severity: float,
    unit: "Machine",
    motion: "Motion",
    sound: np.ndarray,
    sampling_rate: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Returns what a fault adds to a machine's sound of unit power.

    Args:
        fault: Key of `FAULTS`.
        severity: Severity from 0, barely audible, to 1, clear; linear in
            decibels.
        unit: Machine that has the fault.
        motion: Motion of the machine.
        sound: Sound of the machine without the fault, `(samples,)`.
        sampling_rate: Sampling rate in Hz.
        rng: Generator for the details of this fault.

    Returns:
        `(samples,)`.

    >>> from pipelines.datasets.synthetic.machine import DESIGNS
    >>> from pipelines.datasets.synthetic.machine_sound import move
    >>> from pipelines.datasets.sound_elements import rms
    >>> rng = np.random.default_rng(0)
    >>> motion = move(DESIGNS["pump"], 1.0, 16000, 16000, rng)
    >>> sound = rng.standard_normal(16000)
    >>> hiss = fault_sound(
    ...     "leak", 1.0, DESIGNS["pump"], motion, sound, 16000, rng)
    >>> round(20 * np.log10(rms(hiss)), 1)
    -8.0
    """
    faint_db, clear_db = FAULT_LEVELS_DB[fault]
    added = FAULTS[fault](_Run(unit, motion, sound, sampling_rate), rng)
    return at_level(added, faint_db + severity * (clear_db - faint_db))
