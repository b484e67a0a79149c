"""Faults at a known time and frequency, to judge explanations by.

`CHOOSING` are the kinds by which a picture is chosen, `JUDGING` those by which
the chosen one is judged; no choice is made by the latter.
"""

import dataclasses
from collections.abc import Callable

import numpy as np
import scipy.fft

from pipelines.datasets.sound_elements import at_level
from pipelines.datasets.sound_elements import band_noise
from pipelines.datasets.sound_elements import ring
from pipelines.datasets.sound_elements import rms
from pipelines.datasets.sound_elements import slow_curve

# Range of the middles of bands, and of the share of the Nyquist frequency.
LOWEST_HZ, HIGHEST_SHARE = 250.0, 0.7
# Length of the fades of a fault that begins or ends within a clip.
FADE_SECONDS = 0.02
# Decibels over what the clip itself has in the fault's band, or below it.
LEVEL_DB = (0.0, 12.0)


@dataclasses.dataclass(frozen=True)
class Region:
    """Rectangle of time and frequency.

    Args:
        start_seconds: Start.
        end_seconds: End.
        low_hz: Lower edge.
        high_hz: Upper edge.

    >>> Region(1.0, 2.0, 500.0, 1000.0).holds(2.05, 1100.0, 0.1, 0.25).item()
    True
    """

    start_seconds: float
    end_seconds: float
    low_hz: float
    high_hz: float

    def holds(
        self,
        seconds: np.ndarray | float,
        hz: np.ndarray | float,
        margin_seconds: float = 0.0,
        margin_octaves: float = 0.0,
    ) -> np.ndarray:
        """Whether points lie in it, or within the margins around it.

        Args:
            seconds: Times of the points.
            hz: Frequencies of the points; they broadcast with the times.
            margin_seconds: Margin on both sides, in seconds.
            margin_octaves: Margin on both sides, in octaves.
        """
        factor = 2**margin_octaves
        return np.asarray(
            (seconds >= self.start_seconds - margin_seconds)
            & (seconds <= self.end_seconds + margin_seconds)
            & (hz >= self.low_hz / factor)
            & (hz <= self.high_hz * factor)
        )


@dataclasses.dataclass(frozen=True)
class Kind:
    """Kind of a fault: how long and wide it is, and its sound.

    Args:
        seconds: Shortest and longest; the whole clip if `None`.
        octaves: Width of its band; all frequencies if `None`.
        sound: Function of samples, sampling rate, middle of the band in Hz
            and generator, which returns `(samples,)`. If `None`, the clip's
            own band is weakened instead.

    >>> JUDGING["lost_band"].sound is None
    True
    """

    seconds: tuple[float, float] | None
    octaves: float | None
    sound: Callable[[int, int, float, np.random.Generator], np.ndarray] | None


def _tone(samples, sampling_rate, hz, rng):
    turns = hz * np.arange(samples) / sampling_rate + rng.random()
    return np.sin(2 * np.pi * turns)


def _burst(samples, sampling_rate, hz, rng):
    """Noise in two thirds of an octave that swells and fades."""
    noise = band_noise(rng, samples, sampling_rate, hz, 0.2)
    return noise * np.hanning(samples)


def _squeal(samples, sampling_rate, hz, rng):
    """A tone that glides through half an octave and trembles."""
    glide = rng.choice([-1, 1]) * np.linspace(-0.2, 0.2, samples)
    tremble = 0.02 * slow_curve(rng, samples, sampling_rate, 0.05)
    turns = np.cumsum(hz * 2 ** (glide + tremble)) / sampling_rate
    return np.sin(2 * np.pi * (turns + rng.random()))


def _knocks(samples, sampling_rate, hz, rng):
    """Blows on a resonance, ten to twenty in a second."""
    rate = rng.uniform(10.0, 20.0)
    times = np.arange(0.0, samples / sampling_rate, 1 / rate)
    times = times + rng.normal(0.0, 0.1 / rate, len(times))
    excitation = np.zeros(samples)
    struck = np.clip((times * sampling_rate).astype(int), 0, samples - 1)
    excitation[struck] = rng.lognormal(0.0, 0.3, len(struck))
    # Fewer than three turns would be heard everywhere.
    return ring(excitation, sampling_rate, hz, 3 / hz)


def _hiss(samples, sampling_rate, hz, rng):
    return band_noise(rng, samples, sampling_rate, hz, 0.3)


CHOOSING = {
    "tone": Kind((0.3, 1.0), 1 / 3, _tone),
    "burst": Kind((0.3, 0.8), 2 / 3, _burst),
    "hum": Kind(None, 1 / 3, _tone),
    "dropout": Kind((0.2, 0.6), None, None),
}
JUDGING = {
    "squeal": Kind((0.4, 1.2), 1 / 2, _squeal),
    "knocks": Kind((0.5, 1.5), 2 / 3, _knocks),
    "hiss": Kind(None, 1.0, _hiss),
    "lost_band": Kind((0.5, 1.5), 1.0, None),
}


def place(
    kind: Kind,
    waveform: np.ndarray,
    sampling_rate: int,
    rng: np.random.Generator,
    level_db: tuple[float, float] = LEVEL_DB,
) -> tuple[np.ndarray, Region]:
    """Puts a fault at a random time and frequency of a normal clip.

    Args:
        kind: Kind of the fault, a value of `CHOOSING` or `JUDGING`.
        waveform: Normal clip within full scale, `(samples,)`.
        sampling_rate: Sampling rate in Hz.
        rng: Random generator for the place, the level and the details.
        level_db: Range of its level over that of the clip in the same band at
            the same time; a weakened band is lower by as much.

    Returns:
        Clip with the fault, `(samples,)`, float32 within full scale, and the
        region of the fault.

    >>> noise = 0.1 * np.random.default_rng(0).standard_normal(32_000)
    >>> kind, rng = CHOOSING["tone"], np.random.default_rng(0)
    >>> changed, region = place(kind, noise, 16_000, rng)
    >>> is_changed = np.abs(changed - noise) > 1e-6
    >>> start = is_changed.argmax() / 16_000
    >>> abs(start - region.start_seconds) < 0.001
    True
    """
    samples = len(waveform)
    region = _draw_region(kind, samples / sampling_rate, sampling_rate, rng)
    first, last = (
        round(seconds * sampling_rate)
        for seconds in (region.start_seconds, region.end_seconds)
    )
    part = np.asarray(waveform[first:last], "float64")
    spectrum = scipy.fft.rfft(part)
    hz = scipy.fft.rfftfreq(len(part), 1 / sampling_rate)
    is_outside = (hz < region.low_hz) | (hz > region.high_hz)
    in_band = scipy.fft.irfft(np.where(is_outside, 0.0, spectrum), len(part))
    level = rng.uniform(*level_db)
    if kind.sound is None:
        added = in_band * (10 ** (-level / 20) - 1)
    else:
        middle = np.sqrt(region.low_hz * region.high_hz)
        sound = kind.sound(len(part), sampling_rate, middle, rng)
        own_db = 20 * np.log10(max(rms(in_band), 1e-9))
        added = at_level(sound, own_db + level)
    changed = np.array(waveform, "float64")
    changed[first:last] += added * _fades(first, last, samples, sampling_rate)
    peak = max(np.abs(changed).max(), 1.0)
    return (changed / peak).astype("float32"), region


def _draw_region(kind, clip_seconds, sampling_rate, rng) -> Region:
    length = clip_seconds
    if kind.seconds is not None:
        length = min(rng.uniform(*kind.seconds), clip_seconds)
    start = rng.uniform(0.0, clip_seconds - length)
    if kind.octaves is None:
        return Region(start, start + length, 0.0, sampling_rate / 2)
    highest = HIGHEST_SHARE * sampling_rate / 2
    middle = np.exp(rng.uniform(*np.log([LOWEST_HZ, highest])))
    factor = 2 ** (kind.octaves / 2)
    return Region(start, start + length, middle / factor, middle * factor)


def _fades(first, last, samples, sampling_rate) -> np.ndarray:
    """Fades where a fault begins or ends within the clip."""
    length = last - first
    ramp = min(round(FADE_SECONDS * sampling_rate), length // 2)
    fades = np.ones(length)
    curve = np.sin(np.linspace(0.0, np.pi / 2, ramp)) ** 2
    if first > 0:
        fades[:ramp] = curve
    if last < samples:
        fades[length - ramp :] = curve[::-1]
    return fades
