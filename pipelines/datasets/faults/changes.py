"""Small changes of waveforms: pitch, band gain, impulses, noise bursts."""

import numpy as np
import scipy.fft

# Length of the cross-fade of a clip into its repetition.
_SEAM_SECONDS = 0.02
# Time in which an impulse decays to a third.
_DECAY_SECONDS = (0.001, 0.008)
_IMPULSES_PER_SECOND = (2.0, 12.0)
_BURST_SECONDS = (0.05, 0.4)
_BURSTS_PER_SECOND = (0.5, 2.0)
# Lowest centre frequency of a band, and range of its standard width.
_LOWEST_HZ = 100.0
_BAND_OCTAVES = (0.15, 0.6)


def pitch_shift(
    waveform: np.ndarray,
    sampling_rate: int,
    rng: np.random.Generator,
    semitones: float,
) -> np.ndarray:
    """Changes the speed of a waveform a little, and so pitch and tempo.

    The missing upper end of the spectrum of a slower clip is taken from the
    original clip, the missing end of a faster one from its beginning.

    Args:
        waveform: Waveform, `(samples,)`.
        sampling_rate: Sampling rate in Hz.
        rng: Random generator for the direction.
        semitones: Size of the shift in semitones.

    >>> hum = np.sin(2 * np.pi * 100 * np.arange(16_000) / 16_000)
    >>> rng = np.random.default_rng(0)
    >>> shifted = pitch_shift(hum, 16_000, rng, semitones=12.0)
    >>> int(np.abs(np.fft.rfft(shifted)).argmax())
    200
    """
    samples = len(waveform)
    speed = 2.0 ** (rng.choice([-1, 1]) * semitones / 12)
    wanted = max(round(samples / speed), 1)
    spectrum = scipy.fft.rfft(waveform)
    resampled = scipy.fft.irfft(spectrum, wanted) * (wanted / samples)
    if wanted >= samples:
        shifted = resampled[:samples]
        spectrum[: int(speed * len(spectrum))] = 0.0
        return shifted + scipy.fft.irfft(spectrum, samples)
    seam = min(round(_SEAM_SECONDS * sampling_rate), wanted // 2)
    phase = np.linspace(0.0, np.pi / 2, seam)
    resampled[wanted - seam :] *= np.cos(phase)
    resampled[wanted - seam :] += np.sin(phase) * resampled[:seam]
    return np.resize(np.append(resampled, resampled[seam:]), samples)


def band_gain(
    waveform: np.ndarray,
    sampling_rate: int,
    rng: np.random.Generator,
    decibels: float,
) -> np.ndarray:
    """Amplifies or attenuates a band of frequencies.

    Args:
        waveform: Waveform, `(samples,)`.
        sampling_rate: Sampling rate in Hz.
        rng: Random generator for the band and the direction.
        decibels: Gain at the centre of the band, in decibels.

    >>> noise = np.random.default_rng(0).standard_normal(16_000)
    >>> rng = np.random.default_rng(0)
    >>> changed = band_gain(noise, 16_000, rng, decibels=6.0)
    >>> gain = np.abs(np.fft.rfft(changed) / np.fft.rfft(noise))
    >>> round(20 * np.abs(np.log10(gain)).max())
    6
    """
    gain_db = rng.choice([-1, 1]) * decibels
    spectrum = scipy.fft.rfft(waveform)
    gain = 10 ** (gain_db * _band(len(waveform), sampling_rate, rng) / 20)
    return scipy.fft.irfft(spectrum * gain, len(waveform))


def impulses(
    waveform: np.ndarray,
    sampling_rate: int,
    rng: np.random.Generator,
    share: float,
) -> np.ndarray:
    """Adds short impulses, each a decaying band of noise.

    Args:
        waveform: Waveform, `(samples,)`.
        sampling_rate: Sampling rate in Hz.
        rng: Random generator for the impulse, its rate and times.
        share: Root mean square of the impulses relative to the waveform's.

    >>> noise = np.random.default_rng(0).standard_normal(16_000)
    >>> rng = np.random.default_rng(0)
    >>> added = impulses(noise, 16_000, rng, share=0.25) - noise
    >>> round(float(np.std(added) / np.std(noise)), 2)
    0.25
    """
    samples = len(waveform)
    decay = rng.uniform(*_DECAY_SECONDS) * sampling_rate
    knock = _band_noise(samples, sampling_rate, rng)
    knock *= np.exp(-np.arange(samples) / decay)
    wanted = rng.uniform(*_IMPULSES_PER_SECOND) * samples / sampling_rate
    struck = rng.integers(samples, size=max(round(wanted), 1))
    excitation = np.zeros(samples)
    np.add.at(excitation, struck, rng.lognormal(0.0, 0.3, len(struck)))
    length = scipy.fft.next_fast_len(2 * samples, real=True)
    product = scipy.fft.rfft(knock, length) * scipy.fft.rfft(excitation, length)
    return _add(waveform, scipy.fft.irfft(product, length)[:samples], share)


def noise_bursts(
    waveform: np.ndarray,
    sampling_rate: int,
    rng: np.random.Generator,
    share: float,
) -> np.ndarray:
    """Adds bursts of a band of noise that swell and fade.

    Args:
        waveform: Waveform, `(samples,)`.
        sampling_rate: Sampling rate in Hz.
        rng: Random generator for the band, and the rate, times and lengths of
            the bursts.
        share: Root mean square of the bursts relative to the waveform's.

    >>> noise = np.random.default_rng(0).standard_normal(16_000)
    >>> rng = np.random.default_rng(0)
    >>> added = noise_bursts(noise, 16_000, rng, share=0.25) - noise
    >>> round(float(np.std(added) / np.std(noise)), 2)
    0.25
    """
    samples = len(waveform)
    wanted = rng.uniform(*_BURSTS_PER_SECOND) * samples / sampling_rate
    envelope = np.zeros(samples)
    time = np.arange(samples) / sampling_rate
    for _ in range(max(round(wanted), 1)):
        middle = rng.uniform(0.0, samples / sampling_rate)
        distance = (time - middle) / rng.uniform(*_BURST_SECONDS)
        is_near = np.abs(distance) < 0.5
        envelope[is_near] = np.maximum(
            envelope[is_near], np.cos(np.pi * distance[is_near]) ** 2
        )
    burst = envelope * _band_noise(samples, sampling_rate, rng)
    return _add(waveform, burst, share)


def _add(waveform: np.ndarray, added: np.ndarray, share: float) -> np.ndarray:
    """Adds a signal at a root mean square relative to the waveform's."""
    level = max(np.sqrt(np.mean(added**2)), 1e-12)
    return waveform + added * (share * np.std(waveform) / level)


def _band(
    samples: int, sampling_rate: int, rng: np.random.Generator
) -> np.ndarray:
    """A Gaussian over the logarithm of frequency, 1 at its centre."""
    highest = np.log2(0.4 * sampling_rate)
    middle = rng.uniform(min(np.log2(_LOWEST_HZ), highest), highest)
    width = rng.uniform(*_BAND_OCTAVES)
    hz = scipy.fft.rfftfreq(samples, 1 / sampling_rate)
    octaves = np.log2(np.maximum(hz, 1e-3)) - middle
    return np.exp(-0.5 * (octaves / width) ** 2)


def _band_noise(
    samples: int, sampling_rate: int, rng: np.random.Generator
) -> np.ndarray:
    spectrum = scipy.fft.rfft(rng.standard_normal(samples))
    return scipy.fft.irfft(
        spectrum * _band(samples, sampling_rate, rng), samples
    )
