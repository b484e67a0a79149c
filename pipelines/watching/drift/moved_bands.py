"""Moved bands: at which frequencies a machine became louder or quieter."""

from collections.abc import Sequence

import numpy as np

from pipelines.pictures.band_levels import band_edges
from pipelines.pictures.band_levels import fft_length
from pipelines.pictures.unusual_band import UnusualBand
from pipelines.watching.drift.block_spectrum import BlockSpectrum
from pipelines.watching.drift.drift_rule import NUM_FIRST
from pipelines.watching.drift.drift_rule import NUM_LATELY

# A band has moved by so many dB at least, and deviations of six hours.
LEAST_DECIBELS, LEAST_DEVIATIONS, LEAST_DEVIATION_DB = 0.5, 2.0, 0.2
MOST_BANDS = 3


def usual_levels_before(
    spectra: Sequence[BlockSpectrum], since: float
) -> np.ndarray:
    """Levels of the blocks before a time, and of the first day in any case.

    Args:
        spectra: Spectra of the blocks in order, of one sampling rate.
        since: When the drift began.

    Returns:
        Levels in dB, `(blocks, bands)`.

    >>> spectra = [BlockSpectrum(t, 9, 16_000, np.ones(64)) for t in range(9)]
    >>> usual_levels_before(spectra, 2.0).shape
    (4, 64)
    """
    number = max(sum(one.time < since for one in spectra), NUM_FIRST)
    return np.stack([one.levels for one in spectra[:number]]).astype("float64")


def moved_bands(
    spectra: Sequence[BlockSpectrum], since: float
) -> list[UnusualBand]:
    """The bands that moved most in the last day, the most certain first.

    A change of the loudness, by which all bands moved alike, is one of them,
    and is taken off the others.

    Args:
        spectra: Spectra of the blocks in order, all since the watch began.
        since: When the drift began; what is usual is from before, and the first
            day in any case.

    Returns:
        At most three bands, and all of them; none with less than two days.

    >>> levels = np.zeros(64)
    >>> quiet = [BlockSpectrum(t, 72, 16_000, levels) for t in range(8)]
    >>> levels = np.where(np.arange(64) < 60, 0.0, 3.0)
    >>> loud = [BlockSpectrum(t, 72, 16_000, levels) for t in range(8, 12)]
    >>> describe_bands(moved_bands(quiet + loud, 8.0))
    'above 6.55 kHz 3 dB louder'
    """
    rate = spectra[-1].sampling_rate if spectra else 0
    spectra = [one for one in spectra if one.sampling_rate == rate]
    if len(spectra) < NUM_FIRST + NUM_LATELY:
        return []
    before = usual_levels_before(spectra, since)
    lately = np.stack([one.levels for one in spectra[-NUM_LATELY:]])
    shift, deviation = _compare(before, lately)
    edges = band_edges(rate) * rate / fft_length(rate)
    bands: list[UnusualBand] = []
    # What comes first is the loudness.
    strengths = np.abs(shift) / deviation
    strengths[np.abs(shift) < LEAST_DECIBELS] = 0.0
    last = len(edges) - 2
    if strengths[0] >= LEAST_DEVIATIONS:
        bands.append(_band(edges, (0, last), shift[0], strengths[0]))
    shift, strengths = shift[1:], strengths[1:]
    for _ in range(MOST_BANDS):
        peak = int(strengths.argmax())
        if strengths[peak] < LEAST_DEVIATIONS:
            break
        # Neighbours that moved half as far, and the same way, but for one.
        is_in = shift * np.sign(shift[peak]) >= abs(shift[peak]) / 2
        is_in[1:-1] |= is_in[:-2] & is_in[2:]
        (out,) = np.nonzero(~is_in)
        first = max(out[out < peak], default=-1) + 1
        end = min(out[out > peak], default=last + 1)
        decibels = shift[first:end].mean()
        band = _band(edges, (first, end - 1), decibels, strengths[peak])
        bands.append(band)
        strengths[first:end] = shift[first:end] = 0.0
    return bands


def _compare(
    before: np.ndarray, lately: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Shift in dB and deviation of the loudness, and of each band without it.

    Returns:
        `(1 + bands,)` each.
    """
    usual = before.mean(0)
    parts = []
    for levels in (before - usual, lately - usual):
        loudness = np.median(levels, axis=1, keepdims=True)
        parts.append(np.hstack([loudness, levels - loudness]))
    deviation = np.maximum(parts[0].std(0, ddof=1), LEAST_DEVIATION_DB)
    return parts[1].mean(0) - parts[0].mean(0), deviation


def _band(
    edges: np.ndarray, ends: tuple[int, int], decibels: float, strength: float
) -> UnusualBand:
    return UnusualBand(
        float(edges[ends[0]]),
        float(edges[ends[1] + 1]),
        None,
        float(decibels),
        float(strength),
        (),
        1.0,
        ends[0] == 0,
        ends[1] == len(edges) - 2,
    )


def describe_bands(bands: Sequence[UnusualBand]) -> str:
    """The bands in words.

    >>> describe_bands([])
    'no band moved by 0.5 dB'
    """
    if not bands:
        return f"no band moved by {LEAST_DECIBELS:g} dB"
    return ", ".join(
        f"{band} {abs(band.decibels):.2g} dB "
        f"{'louder' if band.decibels > 0 else 'quieter'}"
        for band in bands
    )
