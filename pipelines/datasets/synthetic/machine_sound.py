"""Sound of a machine without a fault: rotation, load noise, impacts."""

import dataclasses

import numpy as np

from pipelines.datasets.sound_elements import at_level
from pipelines.datasets.sound_elements import band_noise
from pipelines.datasets.sound_elements import periodic
from pipelines.datasets.sound_elements import ring
from pipelines.datasets.sound_elements import slow_curve
from pipelines.datasets.synthetic.machine import Machine


@dataclasses.dataclass(frozen=True)
class Motion:
    """Course of a movement; all arrays are `(samples,)`.

    Args:
        velocity: Share of the full speed, in [0, 1].
        turns: Turns of the shaft made so far.
        stroke: Strokes made so far; the fraction is the position in one.

    >>> stroke = np.arange(8) / 4
    >>> motion = Motion(np.ones(8), np.zeros(8), stroke)
    >>> motion.passes(0.5).tolist()
    [2, 6]
    """

    velocity: np.ndarray
    turns: np.ndarray
    stroke: np.ndarray

    def passes(self, position: float) -> np.ndarray:
        """Returns the samples at which strokes pass a position in [0, 1)."""
        count = np.floor(self.stroke - position)
        return np.flatnonzero(np.diff(count) > 0) + 1


def move(
    unit: Machine,
    load: float,
    samples: int,
    sampling_rate: int,
    rng: np.random.Generator,
) -> Motion:
    """Draws the motion of a unit for one clip from a random moment on.

    A higher load quickens the shaft and the strokes a little; both wander
    slowly. A machine without strokes runs at full speed.

    >>> from pipelines.datasets.synthetic.machine import DESIGNS
    >>> rng = np.random.default_rng(0)
    >>> motion = move(DESIGNS["fan"], 1.0, 16000, 16000, rng)
    >>> round(motion.turns[-1] - motion.turns[0])
    24
    """
    speed = load**0.3 * rng.normal(1, 0.006)
    wander = speed * (1 + 0.004 * slow_curve(rng, samples, sampling_rate, 1.0))
    if not unit.stroke_seconds:
        velocity = np.ones(samples)
        stroke = np.zeros(samples)
    else:
        pace = slow_curve(rng, samples, sampling_rate, unit.stroke_seconds)
        pace = wander * (1 + 0.03 * pace) / unit.stroke_seconds
        stroke = rng.random() + np.cumsum(pace) / sampling_rate
        # A trapezium: speeds up and slows down in a tenth of the movement.
        position = (stroke - np.floor(stroke)) / unit.moving_share
        velocity = np.clip(10 * np.minimum(position, 1 - position), 0, 1)
    turns = np.cumsum(unit.shaft_hz * wander * velocity) / sampling_rate
    return Motion(velocity, turns + rng.random(), stroke)


def machine_sound(
    unit: Machine,
    motion: Motion,
    load: float,
    sampling_rate: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Returns rotation, load noise and impacts, `(samples,)`, unit power.

    >>> from pipelines.datasets.synthetic.machine import build_unit
    >>> from pipelines.datasets.synthetic.machine_sound import move
    >>> rng = np.random.default_rng(0)
    >>> unit = build_unit("valve", section=0, seed=0)
    >>> motion = move(unit, 1.0, 16000, 16000, rng)
    >>> machine_sound(unit, motion, 1.0, 16000, rng).shape
    (16000,)
    """
    load_db = unit.load_noise_db + 30 * np.log10(load)
    sound = at_level(_rotation(unit, motion, rng), unit.rotation_db)
    noise = _load_noise(unit, motion, sampling_rate, rng)
    sound = sound + at_level(noise, load_db)
    if unit.stroke_seconds:
        struck = _impacts(unit, motion, sampling_rate, rng)
        sound = sound + at_level(struck, unit.impact_db)
    return at_level(sound, 0.0)


def _rotation(
    unit: Machine, motion: Motion, rng: np.random.Generator
) -> np.ndarray:
    """Harmonics of the shaft, those of the blades 10 dB above the others."""
    order = np.arange(1, unit.num_harmonics + 1)
    weights_db = unit.harmonic_weights_db + rng.normal(0, 1, len(order))
    weights_db = weights_db + 10.0 * (order % unit.num_blades == 0)
    amplitudes = 10 ** (weights_db / 20) / order**0.5
    return periodic(motion.turns, amplitudes, rng) * motion.velocity


def _load_noise(
    unit: Machine,
    motion: Motion,
    sampling_rate: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Flow or rolling noise, swelling with every turn and every blade."""
    samples = len(motion.turns)
    noise = band_noise(
        rng,
        samples,
        sampling_rate,
        unit.load_noise_hz * rng.normal(1, 0.04),
        unit.load_noise_octaves,
    )
    amplitudes = np.zeros(unit.num_blades)
    amplitudes[0] += 0.15
    amplitudes[-1] += 0.3
    swell = 1 + periodic(motion.turns, amplitudes, rng)
    return noise * swell * motion.velocity


def _impacts(
    unit: Machine,
    motion: Motion,
    sampling_rate: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Clacks where a stroke begins and, stronger, where it ends."""
    excitation = np.zeros(len(motion.turns))
    for position, strength in ((0.0, 0.6), (unit.moving_share, 1.0)):
        struck = motion.passes(position)
        excitation[struck] += strength * rng.lognormal(0, 0.15, len(struck))
    clacks = np.zeros(len(excitation))
    # The higher the resonance, the weaker and the sooner gone.
    for order, hz in enumerate(unit.impact_hz, start=1):
        warm_hz = hz * rng.normal(1, 0.015)
        decay_seconds = 0.02 / order
        mode = ring(excitation, sampling_rate, warm_hz, decay_seconds)
        clacks += mode / order
    return clacks
