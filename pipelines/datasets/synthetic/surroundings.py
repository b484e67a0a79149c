"""Surroundings of a machine: factory noise, room and microphone."""

import functools
import zlib

import numpy as np
import scipy.fft

from pipelines.datasets.sound_elements import amplitude
from pipelines.datasets.sound_elements import at_level
from pipelines.datasets.sound_elements import band_noise
from pipelines.datasets.sound_elements import octaves_above_1_hz
from pipelines.datasets.sound_elements import ring
from pipelines.datasets.sound_elements import shaped_noise
from pipelines.datasets.sound_elements import slow_curve

# Level of the background in dB at these octaves above 1 Hz (31 Hz to 8 kHz).
_KNOT_OCTAVES = np.linspace(5, 13, 9)
_HALL_DB = {
    "source": np.array([-2, 0, 0, -2, -5, -8, -13, -19, -26.0]),
    "target": np.array([2, 0, -4, -4, -4, -9, -11, -16, -24.0]),
}


def background(
    domain: str,
    samples: int,
    sampling_rate: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Factory noise, `(samples,)`, unit power.

    Its colour differs from clip to clip, its level changes slowly, and
    one clip in three holds an event: a bang, or a machine passing by.

    >>> background("source", 8000, 16000, np.random.default_rng(0)).shape
    (8000,)
    """
    even = samples + samples % 2
    octaves = octaves_above_1_hz(even, sampling_rate)
    colour_db = _HALL_DB[domain] + rng.normal(0, 1.2, len(_KNOT_OCTAVES))
    # 1.5 dB less for every octave, on top of the knots.
    gain_db = np.interp(octaves, _KNOT_OCTAVES, colour_db) - 1.5 * octaves
    noise = shaped_noise(rng, amplitude(gain_db))[:samples]
    level_db = 1.5 * slow_curve(rng, samples, sampling_rate, 1.5)
    noise = noise * amplitude(level_db)
    if rng.random() < 0.35:
        noise = noise + _event(samples, sampling_rate, rng)
    return at_level(noise, 0.0)


def _event(
    samples: int, sampling_rate: int, rng: np.random.Generator
) -> np.ndarray:
    """A bang or a passing noise at a moment of chance."""
    moment = rng.uniform(0.05, 0.95) * samples
    hz = 10 ** rng.uniform(2.5, 3.6)
    level_db = rng.uniform(-16, -6)
    if rng.random() < 0.5:
        excitation = np.zeros(samples)
        excitation[int(moment)] = 1.0
        return at_level(ring(excitation, sampling_rate, hz, 0.05), level_db)
    width = rng.uniform(0.1, 0.6) * sampling_rate
    swell = np.exp(-0.5 * ((np.arange(samples) - moment) / width) ** 2)
    noise = band_noise(rng, samples, sampling_rate, hz, 0.5)
    return at_level(noise * swell, level_db)


@functools.lru_cache(maxsize=4)
def room_response(machine: str, samples: int, sampling_rate: int) -> np.ndarray:
    """Spectrum of direct sound and 0.3 s of decaying reflections.

    All units of a machine stand in the same room. The spectrum's length is
    that of `samples` samples and the reflections, made easy to transform.

    >>> room_response("fan", 16000, 16000).shape
    (10801,)
    """
    rng = np.random.default_rng(zlib.crc32(machine.encode()))
    seconds = np.arange(int(0.3 * sampling_rate)) / sampling_rate
    tail = rng.standard_normal(len(seconds)) * np.exp(-seconds / 0.05)
    response = at_level(tail, 0.0) / np.sqrt(len(tail)) * 0.4
    response[0] = 1.0
    length = scipy.fft.next_fast_len(samples + len(response), real=True)
    length += length % 2
    return scipy.fft.rfft(response.astype(np.float32), length)


def record(
    waveform: np.ndarray,
    response: np.ndarray,
    sampling_rate: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Returns what a microphone in a room records, `(samples,)`.

    The microphone's position and colour differ a little from clip to clip.

    >>> response = room_response("fan", 8000, 16000)
    >>> rng = np.random.default_rng(0)
    >>> record(rng.standard_normal(8000), response, 16000, rng).shape
    (8000,)
    """
    samples = len(waveform)
    length = 2 * len(response) - 2
    octaves = octaves_above_1_hz(length, sampling_rate)
    colour_db = rng.normal(0, 0.7, len(_KNOT_OCTAVES))
    colour_db[0] -= 6.0
    colour = amplitude(np.interp(octaves, _KNOT_OCTAVES, colour_db))
    spectrum = scipy.fft.rfft(waveform.astype(np.float32), length)
    spectrum *= response * colour
    return scipy.fft.irfft(spectrum, length)[:samples]
