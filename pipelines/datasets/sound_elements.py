"""Elements of sound: shaped noise, slow curves, resonances, wave tables."""

import functools

import numpy as np
import scipy.fft
import scipy.signal

_TABLE_SIZE = 2**15


@functools.lru_cache(maxsize=4)
def octaves_above_1_hz(samples: int, sampling_rate: int) -> np.ndarray:
    """Base-two logarithm of the frequencies of `rfft`, `(samples // 2 + 1,)`.

    The zero frequency counts as the next one up.

    >>> octaves_above_1_hz(8, 16).tolist()
    [1.0, 1.0, 2.0, 2.584962500721156, 3.0]
    """
    hz = scipy.fft.rfftfreq(samples, 1 / sampling_rate)
    hz[0] = hz[1]
    return np.log2(hz)


def amplitude(level_db: np.ndarray) -> np.ndarray:
    """Turns decibels into factors of amplitude, in float32.

    >>> amplitude(np.array([0.0, 20.0])).round(3).tolist()
    [1.0, 10.0]
    """
    return np.exp(level_db.astype(np.float32) * np.float32(np.log(10) / 20))


def rms(waveform: np.ndarray) -> float:
    """Root of the mean square.

    >>> rms(np.array([3.0, -3.0]))
    3.0
    """
    return float(np.sqrt(np.mean(np.square(waveform), dtype=np.float64)))


def at_level(waveform: np.ndarray, level_db: float) -> np.ndarray:
    """Scales a waveform to a power in decibels; silence stays silence.

    >>> round(rms(at_level(np.array([1.0, -1.0]), -20.0)), 3)
    0.1
    """
    found = rms(waveform)
    factor = float(10 ** (level_db / 20) / found) if found else 0.0
    return waveform * factor


def shaped_noise(rng: np.random.Generator, gain: np.ndarray) -> np.ndarray:
    """Gaussian noise of unit power with a given amplitude spectrum.

    Args:
        rng: Generator of the noise.
        gain: Amplitude at the frequencies of `rfft`, `(samples // 2 + 1,)`
            for an even number of samples.

    Returns:
        `(samples,)`, float32.

    >>> noise = shaped_noise(np.random.default_rng(0), np.ones(501))
    >>> noise.shape, round(rms(noise), 3)
    ((1000,), 1.0)
    """
    pairs = rng.standard_normal(2 * len(gain), np.float32)
    spectrum = pairs.view(np.complex64) * gain.astype(np.float32)
    spectrum[0] = spectrum[-1] = 0
    return at_level(scipy.fft.irfft(spectrum, 2 * len(gain) - 2), 0.0)


def band_noise(
    rng: np.random.Generator,
    samples: int,
    sampling_rate: int,
    centre_hz: float,
    octaves: float,
) -> np.ndarray:
    """Noise in a bell-shaped band, `octaves` its standard width.

    >>> rng = np.random.default_rng(0)
    >>> band_noise(rng, 999, 16000, centre_hz=2000.0, octaves=0.5).shape
    (999,)
    """
    even = samples + samples % 2
    distance = octaves_above_1_hz(even, sampling_rate) - np.log2(centre_hz)
    gain = np.exp(-0.25 * np.square(distance / octaves))
    return shaped_noise(rng, gain)[:samples]


def slow_curve(
    rng: np.random.Generator,
    samples: int,
    sampling_rate: int,
    knot_seconds: float,
) -> np.ndarray:
    """Standard normal values every `knot_seconds`, joined by lines.

    >>> slow_curve(np.random.default_rng(0), 4, 2, knot_seconds=1.0).round(2)
    array([ 0.13, -0.  , -0.13,  0.25])
    """
    step = knot_seconds * sampling_rate
    knots = rng.standard_normal(int(samples / step) + 2)
    return np.interp(np.arange(samples) / step, np.arange(len(knots)), knots)


def ring(
    excitation: np.ndarray,
    sampling_rate: int,
    resonance_hz: float,
    decay_seconds: float,
) -> np.ndarray:
    """A damped resonance struck by `excitation`.

    >>> ring(np.eye(4)[0], 16000, 4000.0, decay_seconds=1.0).round(2)
    array([ 1.,  0., -1., -0.])
    """
    radius = np.exp(-1 / (decay_seconds * sampling_rate))
    angle = 2 * np.pi * resonance_hz / sampling_rate
    denominator = [1.0, -2 * radius * np.cos(angle), radius**2]
    return scipy.signal.lfilter([np.sin(angle)], denominator, excitation)


def periodic(
    turns: np.ndarray, amplitudes: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Sum of harmonics of a rotation, with random phases.

    Args:
        turns: Turns made so far, `(samples,)`.
        amplitudes: Amplitudes of the multiples 1, 2, ... of the rotation.
        rng: Generator of the phases.

    Returns:
        `(samples,)`.

    >>> turns = np.arange(8) / 8
    >>> tone = periodic(turns, np.ones(1), np.random.default_rng(0))
    >>> bool(np.allclose(tone[:4], -tone[4:]))
    True
    """
    phases = rng.uniform(0, 2 * np.pi, len(amplitudes))
    spectrum = np.zeros(_TABLE_SIZE // 2 + 1, complex)
    spectrum[1 : len(amplitudes) + 1] = amplitudes * np.exp(1j * phases)
    table = scipy.fft.irfft(spectrum, _TABLE_SIZE) * (_TABLE_SIZE / 2)
    index = (turns * _TABLE_SIZE).astype(np.int64) & (_TABLE_SIZE - 1)
    return table.astype(np.float32)[index]
