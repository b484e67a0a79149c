"""Unusual spectrum: what in a clip differs from its machine's usual levels."""

import dataclasses

import numpy as np

from pipelines.pictures.band_levels import band_edges
from pipelines.pictures.band_levels import band_powers
from pipelines.pictures.band_levels import decibels
from pipelines.pictures.band_levels import fft_length
from pipelines.pictures.band_levels import frame_powers
from pipelines.pictures.band_levels import summaries
from pipelines.pictures.found_band import describe_band
from pipelines.pictures.found_band import widen
from pipelines.pictures.standing_out import strengths
from pipelines.pictures.standing_out import strongest
from pipelines.pictures.unusual_band import UnusualBand
from pipelines.pictures.usual_spectrum import UsualSpectrum

# Bands that may be a single tone, and what its bins hold of their power.
MOST_TONE_BANDS, TONE_SHARE = 4, 0.7


@dataclasses.dataclass(frozen=True)
class UnusualSpectrum:
    """A clip's spectrum less the usual one of its machine.

    Levels are those less the clip's loudness: what is louder or quieter in
    all bands alike, as far as normal clips are, is usual.

    Args:
        seconds: Time of the middle of each frame, `(frames,)`.
        edges: Edges of the frequency bands in Hz, `(bands + 1,)`.
        decibels: Level less the usual one in dB, `(frames, bands)`.
        deviations: The same in standard deviations, `(frames, bands)`.
        excess: Differences of `SUMMARIES` in dB, `(4, bands)`.
        strengths: The same in standard deviations, 0 where it does not count,
            `(4, bands)`.
        time_decibels: Level of `band` over time less the usual one in dB,
            `(frames,)`.
        band: The band that differs most, whether or not it stands out.
        stands_out: Whether it differs more than that of 95 % of the normal
            clips.
        loudness: What the clip is louder as a whole, in dB.
        samples: Length of the clip.

    >>> band = UnusualBand(880.0, 911.0, 892.0, 13.2, 9.0, ((0.0, 4.0),), 1.0)
    >>> nothing = 7 * [np.zeros(0)]
    >>> UnusualSpectrum(*nothing, band, True, 0.0, 64_000).sentence
    '892 Hz, 13 dB above its usual level, all the time'
    """

    seconds: np.ndarray
    edges: np.ndarray
    decibels: np.ndarray
    deviations: np.ndarray
    excess: np.ndarray
    strengths: np.ndarray
    time_decibels: np.ndarray
    band: UnusualBand
    stands_out: bool
    loudness: float
    samples: int

    @property
    def excess_with_loudness(self) -> np.ndarray:
        """Mean levels over the clip less the usual ones in dB, `(bands,)`."""
        return self.excess[0] + self.loudness

    @property
    def sentence(self) -> str:
        """What is unusual, in words."""
        if not self.stands_out:
            return "nothing stands out in the spectrum"
        return self.band.sentence


def unusual_spectrum(
    waveform: np.ndarray, usual: UsualSpectrum
) -> UnusualSpectrum:
    """Compares a clip with the usual spectrum of its machine.

    Args:
        waveform: Waveform `(samples,)` at the usual spectrum's sampling rate.
        usual: Usual spectrum of the machine.

    >>> from pipelines.pictures.usual_spectrum import usual_spectrum
    >>> noise = np.random.default_rng(0).normal(0.0, 0.1, (9, 32_000))
    >>> usual = usual_spectrum(noise[:8], 16_000)
    >>> tone = 0.1 * np.sin(2 * np.pi * 892 * np.arange(32_000) / 16_000)
    >>> unusual_spectrum(noise[8] + tone, usual).sentence
    '892 Hz, 19 dB above its usual level, all the time'
    >>> unusual_spectrum(noise[8], usual).sentence
    'nothing stands out in the spectrum'
    """
    rate = usual.sampling_rate
    powers = frame_powers(waveform, rate)
    power = band_powers(powers, rate)
    levels = decibels(power)
    excess, loudness = usual.compare(summaries(power).astype("float64"))
    found = strengths(excess, usual.deviation)
    relative = found / usual.limits[:, None]
    stands_out = bool(np.abs(relative).max() > 1)
    summary, start = strongest(relative)
    sign = 1.0 if found[summary, start] >= 0 else -1.0
    ends = widen(sign * found[summary], sign * excess[summary], start)
    strength = float(found[summary, start])
    band, over_time, is_on = describe_band(
        levels, usual, ends, summary, strength, float(loudness), len(waveform)
    )
    if sign > 0:
        tone = _tone(powers[is_on].mean(0), *ends, rate)
        band = dataclasses.replace(band, tone_hz=tone)
    level_db = levels - usual.frame_mean - loudness
    return UnusualSpectrum(
        fft_length(rate) / 2 / rate * (np.arange(len(power)) + 1),
        usual.edges,
        level_db,
        level_db / usual.frame_deviation,
        excess,
        found,
        over_time,
        band,
        stands_out,
        float(loudness),
        len(waveform),
    )


def _tone(
    power: np.ndarray, first: int, last: int, sampling_rate: int
) -> float | None:
    """Frequency of the tone that holds most of the bands' power, if any."""
    if last - first >= MOST_TONE_BANDS:
        return None
    edges = band_edges(sampling_rate)
    low, high = (
        max(edges[first] - 2, 1),
        min(edges[last + 1] + 2, len(power) - 1),
    )
    peak = low + int(power[low:high].argmax())
    around = power[peak - 2 : peak + 3].sum()
    if around < TONE_SHARE * power[low:high].sum():
        return None
    left, middle, right = decibels(power[peak - 1 : peak + 2])
    bend = left - 2 * middle + right
    shift = 0.5 * (left - right) / bend if bend else 0.0
    per_bin = sampling_rate / fft_length(sampling_rate)
    return float((peak + shift) * per_bin)
