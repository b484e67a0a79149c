"""Disturbances of a microphone, made up: wind, voices, mains hum, clipping."""

import numpy as np
import scipy.signal

from pipelines.datasets.sound_elements import amplitude
from pipelines.datasets.sound_elements import at_level
from pipelines.datasets.sound_elements import band_noise
from pipelines.datasets.sound_elements import octaves_above_1_hz
from pipelines.datasets.sound_elements import periodic
from pipelines.datasets.sound_elements import rms
from pipelines.datasets.sound_elements import shaped_noise
from pipelines.datasets.sound_elements import slow_curve

# Formants in Hz of the vowels of a made-up voice, about a, e, i, o, u.
_VOWELS_HZ = (
    (750, 1250, 2500),
    (500, 1850, 2500),
    (300, 2250, 3000),
    (480, 900, 2400),
    (330, 750, 2300),
)
_FORMANT_WIDTH_HZ = 90.0


def overlay(
    waveform: np.ndarray, sound: np.ndarray, level_db: float
) -> np.ndarray:
    """Adds a sound at a level relative to the waveform's, `(samples,)`.

    What exceeds full scale is turned down as a whole, not clipped.

    Args:
        waveform: Waveform, `(samples,)`.
        sound: Sound to add, `(samples,)`.
        level_db: Power of the sound over that of the waveform, in dB.

    >>> overlay(np.array([0.1, -0.1]), np.array([1.0, 1.0]), 0.0).tolist()
    [0.2, 0.0]
    """
    added = at_level(sound, 20 * np.log10(rms(waveform)) + level_db)
    both = waveform + added
    return both / max(float(np.abs(both).max()), 1.0)


def wind(
    samples: int, sampling_rate: int, rng: np.random.Generator
) -> np.ndarray:
    """Turbulence at a microphone: low noise in gusts, `(samples,)`, unit power.

    Its spectrum falls by 5 to 10 dB an octave above a corner at 8 to 30 Hz, and
    its level changes by several decibels within seconds.

    >>> wind(8000, 16_000, np.random.default_rng(0)).shape
    (8000,)
    """
    even = samples + samples % 2
    octaves = octaves_above_1_hz(even, sampling_rate)
    corner = np.log2(rng.uniform(8.0, 30.0))
    slope_db = rng.uniform(5.0, 10.0)
    gain_db = -slope_db * np.maximum(octaves - corner, 0.0)
    # A microphone passes little below 20 Hz.
    gain_db = gain_db - 9.0 * np.maximum(np.log2(15.0) - octaves, 0.0)
    noise = shaped_noise(rng, amplitude(gain_db))[:samples]
    gusts_db = sum(
        deviation * slow_curve(rng, samples, sampling_rate, seconds)
        for deviation, seconds in ((3.0, 1.5), (2.5, 0.4))
    )
    return at_level(noise * amplitude(np.asarray(gusts_db)), 0.0)


def mains_hum(
    samples: int,
    sampling_rate: int,
    rng: np.random.Generator,
    mains_hz: float = 50.0,
    noise_db: float = -40.0,
) -> np.ndarray:
    """Hum of an open input, over a little noise, `(samples,)`, unit power.

    Args:
        samples: Number of samples.
        sampling_rate: Sampling rate in Hz.
        rng: Generator of strengths, phases and noise.
        mains_hz: Frequency of the mains, 50 or 60 Hz, of which the sound is off
            by a thousandth at most.
        noise_db: Power of white noise over that of the hum.

    >>> mains_hum(8000, 16_000, np.random.default_rng(0)).shape
    (8000,)
    """
    order = np.arange(1, 16)
    strengths = rng.lognormal(0, 0.7, len(order)) / order**1.3
    hz = mains_hz * (1 + rng.uniform(-0.001, 0.001))
    turns = hz * np.arange(samples) / sampling_rate
    hum = at_level(periodic(turns, strengths, rng), 0.0)
    return hum + at_level(rng.standard_normal(samples), noise_db)


def clipped(waveform: np.ndarray, share: float, limit: float) -> np.ndarray:
    """Turns a waveform up until a share of its samples is at a limit.

    Args:
        waveform: Waveform, `(samples,)`.
        share: Share of the samples that are to be clipped.
        limit: Level of the limit, at most 1.

    >>> clipped(np.linspace(-1, 1, 101), 0.2, 0.5)[[0, 5, 50, 95]].round(2)
    array([-0.5, -0.5,  0. ,  0.5])
    """
    highest = float(np.quantile(np.abs(waveform), 1 - share))
    return np.clip(waveform * (limit / highest), -limit, limit)


def voice(
    samples: int, sampling_rate: int, rng: np.random.Generator
) -> np.ndarray:
    """A made-up voice that speaks no language, `(samples,)`, unit power.

    Syllables of a vowel each, 3 to 6 in a second, some with a hiss before,
    with pauses; the pitch of a man or a woman glides with each.

    >>> voice(16_000, 16_000, np.random.default_rng(0)).shape
    (16000,)
    """
    pitch_hz = rng.uniform(90.0, 230.0)
    frames = {"hz": np.full(samples, pitch_hz), "hiss": np.zeros(samples)}
    levels = np.zeros((len(_VOWELS_HZ), samples))
    place = 0
    while place < samples:
        length = int(sampling_rate / rng.uniform(3.0, 6.0))
        end = min(place + length, samples)
        swell = np.hanning(length)[: end - place] * rng.lognormal(0, 0.3)
        levels[rng.integers(len(levels)), place:end] = swell
        first, last = pitch_hz * 2 ** rng.normal(0, 0.15, 2)
        glide = np.linspace(first, last, length)
        frames["hz"][place:end] = glide[: end - place]
        if rng.random() < 0.4:
            frames["hiss"][place : place + length // 4] = 1.0
        is_pause = rng.random() < 0.15
        place = end + is_pause * int(sampling_rate * rng.uniform(0.2, 0.8))
    turns = np.cumsum(frames["hz"]) / sampling_rate
    pulses = periodic(turns, 1.0 / np.arange(1, 31), rng)
    hiss = band_noise(rng, samples, sampling_rate, 5000.0, 0.4)
    sound = 0.1 * hiss * frames["hiss"]
    for formants_hz, level in zip(_VOWELS_HZ, levels, strict=True):
        part = pulses
        for hz in formants_hz:
            radius = np.exp(-np.pi * _FORMANT_WIDTH_HZ / sampling_rate)
            angle = 2 * np.pi * hz / sampling_rate
            poles = [1.0, -2 * radius * np.cos(angle), radius**2]
            part = scipy.signal.lfilter([sum(poles)], poles, part)
        sound = sound + at_level(part, 0.0) * level
    return at_level(sound, 0.0)
