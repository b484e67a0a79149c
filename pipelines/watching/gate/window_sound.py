"""Sound of a window, measured once for all checks of a microphone."""

import dataclasses
import functools

import numpy as np

from pipelines.pictures.band_levels import band_powers
from pipelines.pictures.band_levels import decibels
from pipelines.pictures.band_levels import fft_length
from pipelines.pictures.band_levels import frame_powers
from pipelines.pictures.usual_spectrum import UsualSpectrum

LEAST_DEVIATION_DB = 1.0


@dataclasses.dataclass(frozen=True)
class WindowSound:
    """A window, and its spectra as they are asked for.

    Args:
        waveform: Waveform `(samples,)`.
        sampling_rate: Sampling rate in Hz.
        usual: Usual spectrum of the machine, `None` where it has none.

    >>> sound = WindowSound(np.zeros(32_000, "float32"), 16_000)
    >>> sound.powers.shape, sound.levels.shape, sound.seconds
    ((30, 1025), (64,), 2.0)
    """

    waveform: np.ndarray
    sampling_rate: int
    usual: UsualSpectrum | None = None

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.waveform) / self.sampling_rate

    @property
    def frame_seconds(self) -> float:
        """Time from frame to frame."""
        return fft_length(self.sampling_rate) / 2 / self.sampling_rate

    @property
    def bin_hz(self) -> float:
        """Frequency from bin to bin of `powers`."""
        return self.sampling_rate / fft_length(self.sampling_rate)

    @functools.cached_property
    def powers(self) -> np.ndarray:
        """Power spectra of the frames, `(frames, bins)`."""
        return frame_powers(self.waveform, self.sampling_rate)

    @functools.cached_property
    def levels(self) -> np.ndarray:
        """Mean level of each frequency band in dB, `(bands,)`."""
        power = band_powers(self.powers, self.sampling_rate)
        return decibels(power).mean(0)

    def excess(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Levels less the usual ones, of a machine that has these.

        Returns:
            Middles of the bands in Hz, levels less the usual ones in dB, and
            their usual standard deviation in dB, `(bands,)` each.
        """
        if self.usual is None:
            nothing = np.zeros(0)
            return nothing, nothing, nothing
        middles = (self.usual.edges[:-1] + self.usual.edges[1:]) / 2
        excess = self.levels - self.usual.mean[0]
        return middles, excess, usual_deviation(self.usual)


def usual_deviation(usual: UsualSpectrum) -> np.ndarray:
    """Standard deviation of a clip's levels in dB, at least 1, `(bands,)`.

    The loudness of the clip is in it, by which all bands differ alike.

    >>> from pipelines.pictures.usual_spectrum import usual_spectrum
    >>> noise = np.random.default_rng(0).normal(0.0, 0.1, (3, 16_000))
    >>> usual_deviation(usual_spectrum(noise, 16_000)).min() >= 1.0
    True
    """
    both = np.hypot(usual.deviation[0], usual.loudness_deviation)
    return np.maximum(both, LEAST_DEVIATION_DB)


def usual_rms(usual: UsualSpectrum) -> float:
    """Usual root mean square of a machine's sound, 1 for full scale.

    >>> from pipelines.pictures.usual_spectrum import usual_spectrum
    >>> noise = np.random.default_rng(0).normal(0.0, 0.1, (3, 16_000))
    >>> round(usual_rms(usual_spectrum(noise, 16_000)), 2)
    0.1
    """
    per_bin = usual.sampling_rate / fft_length(usual.sampling_rate)
    bins = np.diff(usual.edges) / per_bin
    # A tone of power 1 has an RMS of 1/sqrt(2), and its Hann window spreads it
    # over 1.5 bins.
    total = float((10 ** (usual.mean[0] / 10) * bins).sum())
    return (total / 3) ** 0.5
