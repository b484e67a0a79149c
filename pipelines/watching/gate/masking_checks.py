"""Checks for what drowns a machine: wind and speech, and another machine.

Each returns a strength: 1 or more where it is there.
"""

import functools
from collections.abc import Mapping

import numpy as np

from pipelines.pictures.band_levels import decibels
from pipelines.pictures.band_levels import running_mean
from pipelines.pictures.usual_spectrum import UsualSpectrum
from pipelines.watching.gate.window_sound import WindowSound
from pipelines.watching.gate.window_sound import usual_deviation

# Neither gusts nor syllables show in less, nor voices at a lower rate.
LEAST_SECONDS, LEAST_RATE = 2.0, 4000
# Wind: excess of the lowest bands in dB and in usual deviations, what it falls
# by up to 300 Hz, what is left of it above 1 kHz at most (a machine that makes
# wind is heard there), the deviation of the level in dB, and how flat the
# spectrum is within an octave: 0.95 for noise, far less for lines.
WIND_HZ, ABOVE_WIND_HZ, HIGH_HZ, MOST_HIGH_DB = 50.0, (150.0, 300.0), 1e3, 8.0
WIND_DB, WIND_DEVIATIONS, WIND_FALL_DB = 9.0, 3.0, 5.0
WIND_UNSTEADY_DB, WIND_FLATNESS = 1.4, 0.7
WIND_RATE, WIND_FRAME = 1000, 1024
# Speech: deviation in dB of the level of its band that irregular syllables
# make, how far harmonics of a voice stand out in dB in a fifth of the frames,
# and how much its pitch changes in semitones.
SPEECH_HZ, SYLLABLE_HZ = (300.0, 3400.0), (2.5, 6.5)
SYLLABLE_DB, VOICE_DB, PITCH_SEMITONES = 1.1, 10.3, 0.5
PITCH_HZ, HIGHEST_HARMONIC_HZ = (80.0, 300.0), 1000.0
VOICED_SHARE = 0.2
# Another machine: distance to the own usual spectrum over that to the other's,
# in usual deviations and in dB, and the largest distance to the other in both.
# A machine that varies much is near to everything in deviations, not in dB.
SWAPPED_RATIO, NEAR_DEVIATIONS, NEAR_DB, MOST_DEVIATIONS = 2.0, 0.7, 1.8, 6.0


def wind(sound: WindowSound) -> float:
    """Turbulence: unsteady noise below 50 Hz, falling with frequency.

    >>> wind(WindowSound(np.zeros(32_000), 16_000))
    0.0
    """
    middles, excess, deviation = sound.excess()
    is_low = middles < WIND_HZ
    if not _is_enough(sound) or sound.usual is None:
        return 0.0
    low = float(excess[is_low].mean())
    low_deviation = float(deviation[is_low].mean())
    is_next = (middles > ABOVE_WIND_HZ[0]) & (middles < ABOVE_WIND_HZ[1])
    fall = low - float(excess[is_next].mean())
    found = min(
        low / max(WIND_DB, WIND_DEVIATIONS * low_deviation),
        fall / WIND_FALL_DB,
        MOST_HIGH_DB / max(float(np.median(excess[middles > HIGH_HZ])), 1.0),
    )
    if found < 0.5:
        return 0.0
    first, last = (round(hz / sound.bin_hz) for hz in (20.0, 100.0))
    level = sound.powers[:, first:last].sum(1, keepdims=True)
    unsteady = float(decibels(running_mean(level)).std())
    found = min(found, unsteady / WIND_UNSTEADY_DB)
    return min(found, _low_flatness(sound) / WIND_FLATNESS)


def speech(sound: WindowSound) -> float:
    """Voices: syllables of a changing pitch, in a fifth of the time or more.

    >>> speech(WindowSound(np.zeros(32_000), 16_000))
    0.0
    """
    if not _is_enough(sound):
        return 0.0
    powers, per_bin = sound.powers, sound.bin_hz
    first, last = (round(hz / per_bin) for hz in SPEECH_HZ)
    level = decibels(powers[:, first:last].sum(1))
    window = np.hanning(len(level))
    power = np.abs(np.fft.rfft((level - level.mean()) * window)) ** 2
    power = power / (window**2).sum()
    hz = np.fft.rfftfreq(len(level), sound.frame_seconds)
    is_syllable = (hz > SYLLABLE_HZ[0]) & (hz < SYLLABLE_HZ[1])
    # A median leaves the lines of a regular beat out.
    median = float(np.median(power[is_syllable])) / np.log(2)
    syllables = (0.5 * median) ** 0.5
    if syllables < SYLLABLE_DB / 2:
        return 0.0
    pitch, comb = _comb(per_bin)
    low = powers[:, : len(comb)]
    above = decibels(low) - decibels(np.median(low, axis=0))
    harmonics = np.clip(above, -10.0, 20.0) @ comb
    strongest = harmonics.max(1)
    voice = float(np.quantile(strongest, 1 - VOICED_SHARE))
    is_voiced = strongest >= voice
    semitones = 12 * np.log2(pitch[harmonics[is_voiced].argmax(1)])
    change = float(np.abs(semitones - np.median(semitones)).mean())
    return min(
        syllables / SYLLABLE_DB, voice / VOICE_DB, change / PITCH_SEMITONES
    )


def nearest_other(
    sound: WindowSound, others: Mapping[str, UsualSpectrum]
) -> tuple[str, float]:
    """The other machine that a window sounds most like.

    The level does not count: inputs have gains of their own.

    Args:
        sound: Window of a machine with a usual spectrum.
        others: Usual spectra of other machines, by key.

    Returns:
        Its key, and a strength; no key where there is none to compare with.

    >>> nearest_other(WindowSound(np.zeros(32_000), 16_000), {})
    ('', 0.0)
    """
    if sound.usual is None or not others:
        return "", 0.0
    own = _distances(sound.levels, sound.usual)
    strengths = {}
    for key, usual in others.items():
        distances = np.maximum(_distances(sound.levels, usual), 0.1)
        ratio = float((own / distances).min()) / SWAPPED_RATIO
        near = float(((NEAR_DEVIATIONS, NEAR_DB) / distances).min())
        strengths[key] = min(ratio, near)
    key = max(strengths, key=strengths.__getitem__)
    return key, strengths[key]


def _is_enough(sound: WindowSound) -> bool:
    is_long = sound.seconds >= LEAST_SECONDS
    return is_long and sound.sampling_rate >= LEAST_RATE


def _distances(levels: np.ndarray, usual: UsualSpectrum) -> np.ndarray:
    """Mean distance of the shapes, in usual deviations and in dB."""
    excess = levels - usual.mean[0]
    excess = np.abs(excess - np.median(excess))
    deviations = np.minimum(excess / usual_deviation(usual), MOST_DEVIATIONS)
    return np.array([deviations.mean(), excess.mean()])


def _low_flatness(sound: WindowSound) -> float:
    """How flat the spectrum from 15 to 120 Hz is, within an octave."""
    step = max(round(sound.sampling_rate / WIND_RATE), 1)
    rest = len(sound.waveform) // step * step
    slow = sound.waveform[:rest].reshape(-1, step).mean(1)
    frames = np.lib.stride_tricks.sliding_window_view(slow, WIND_FRAME)
    shaped = frames[:: WIND_FRAME // 2] * np.hanning(WIND_FRAME)
    power = (np.abs(np.fft.rfft(shaped)) ** 2).mean(0)
    hz = np.arange(len(power)) * sound.sampling_rate / step / WIND_FRAME
    power = np.maximum(power * hz**2, 1e-20)
    flat = []
    for low in (15.0, 30.0, 60.0):
        octave = power[(hz >= low) & (hz < 2 * low)]
        flat.append(np.exp(np.log(octave).mean()) / octave.mean())
    return float(np.mean(flat))


@functools.lru_cache(maxsize=4)
def _comb(per_bin: float) -> tuple[np.ndarray, np.ndarray]:
    """Pitches, and weights of the bins that their harmonics are in.

    Bins half-way between harmonics count against a pitch.
    """
    octaves = np.log2(PITCH_HZ[1] / PITCH_HZ[0])
    pitch = PITCH_HZ[0] * 2 ** np.arange(0, octaves, 1 / 24)
    comb = np.zeros((round(1.1 * HIGHEST_HARMONIC_HZ / per_bin), len(pitch)))
    for index, hz in enumerate(pitch):
        order = np.arange(1, int(HIGHEST_HARMONIC_HZ / hz) + 1)
        for shift, sign in ((0.0, 1.0), (-0.5, -1.0)):
            bins = np.round((order + shift) * hz / per_bin).astype(int)
            np.add.at(comb[:, index], bins, sign / len(order))
    return pitch, comb.astype("float32")
