"""Pictures of a clip: spectrogram, and what is unusual in it."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from pipelines.pictures.band_levels import band_edges
from pipelines.pictures.band_levels import band_powers
from pipelines.pictures.band_levels import decibels
from pipelines.pictures.band_levels import fft_length
from pipelines.pictures.band_levels import frame_powers
from pipelines.pictures.unusual_spectrum import UnusualSpectrum
from pipelines.pictures.usual_spectrum import UsualSpectrum
from pipelines.report.drawing import Drawing
from pipelines.report.drawing import difference_uri
from pipelines.report.drawing import level_uri

MOST_COLUMNS = 200
# Standard deviations that are not seen, and those of the strongest colour.
NOT_SEEN, STRONGEST = 1.5, 8.0
# Bands between two labels of an axis.
LEAST_BANDS = 6
SHOWN_HERTZ = (50, 100, 250, 500, 1000, 2000, 4000, 8000, 16_000, 32_000)

Picture = tuple[str, Markup]


def spectrogram_picture(waveform: np.ndarray, sampling_rate: int) -> Picture:
    """Level over time and frequency, of a clip without a usual spectrum.

    Args:
        waveform: Waveform `(samples,)`.
        sampling_rate: Sampling rate in Hz.

    >>> caption, svg = spectrogram_picture(np.ones(4000), 16_000)
    >>> caption, svg.startswith("<svg")
    ('Spectrogram', True)
    """
    powers = frame_powers(waveform, sampling_rate)
    levels = decibels(band_powers(powers, sampling_rate))
    per_bin = sampling_rate / fft_length(sampling_rate)
    edges = band_edges(sampling_rate) * per_bin
    return _spectrogram(levels, edges, len(waveform) / sampling_rate)


def clip_pictures(
    unusual: UnusualSpectrum, usual: UsualSpectrum, seconds: float
) -> tuple[Picture, ...]:
    """Spectrogram, its difference from the usual one, and both margins.

    Args:
        unusual: The clip's spectrum less the usual one.
        usual: The usual spectrum.
        seconds: Length of the clip.
    """
    levels = unusual.decibels + usual.frame_mean
    edges = unusual.edges
    bands = range(len(edges) - 1)
    seen = np.maximum(np.abs(unusual.deviations) - NOT_SEEN, 0)
    strength = np.sign(unusual.deviations) * seen / (STRONGEST - NOT_SEEN)
    drawing = Drawing((0.0, seconds), (0, len(bands)), "What is unusual")
    drawing.image(difference_uri(_columns(strength)[::-1]))
    band = unusual.band
    rows = np.searchsorted(edges, [band.low_hz, band.high_hz]).tolist()
    if unusual.stands_out:
        for start, end in band.moments:
            drawing.box(start, rows[0], end, rows[1])
    _label(drawing, edges, "seconds")
    return (
        _spectrogram(levels, edges, seconds),
        ("What is unusual: louder orange, quieter blue", drawing.svg()),
        _over_frequency(unusual, usual),
        _over_time(unusual, seconds),
    )


def _spectrogram(
    levels: np.ndarray, edges: np.ndarray, seconds: float
) -> Picture:
    low, high = np.percentile(levels, 2), levels.max()
    strength = (levels - low) / max(high - low, 1.0)
    drawing = Drawing((0.0, seconds), (0, levels.shape[1]), "Spectrogram")
    drawing.image(level_uri(_columns(np.clip(strength, 0, 1))[::-1]))
    _label(drawing, edges, "seconds")
    return "Spectrogram", drawing.svg()


def _over_frequency(unusual: UnusualSpectrum, usual: UsualSpectrum) -> Picture:
    mean, deviation = usual.mean[0] + unusual.loudness, usual.deviation[0]
    own = mean + unusual.excess[0]
    low = float(min(own.min(), (mean - 2 * deviation).min())) - 3
    high = float(max(own.max(), (mean + 2 * deviation).max())) + 3
    edges = unusual.edges
    caption = "Level by frequency: the clip over the usual range"
    drawing = Drawing((0, len(own)), (low, high), caption)
    middles = (np.arange(len(own)) + 0.5).tolist()
    upper, lower = mean + 2 * deviation, mean - 2 * deviation
    drawing.area(middles, lower.tolist(), upper.tolist())
    drawing.line(middles, own.tolist(), "strange")
    shown = _hertz_ticks(edges)
    drawing.axes("Hz", "dB", shown)
    return caption, drawing.svg()


def _over_time(unusual: UnusualSpectrum, seconds: float) -> Picture:
    values = _most(unusual.time_decibels, MOST_COLUMNS)
    span = (float(min(values.min(), -3)) - 1, float(max(values.max(), 3)) + 1)
    caption = f"Level over time less the usual one: {unusual.band}"
    if not unusual.stands_out:
        caption = f"The same of the least usual band: {unusual.band}"
    drawing = Drawing((0.0, seconds), span, caption)
    drawing.line([0.0, seconds], [0.0, 0.0], "zero")
    times = np.linspace(unusual.seconds[0], unusual.seconds[-1], len(values))
    times = np.clip(times, 0.0, seconds)
    drawing.line(times.tolist(), values.tolist(), "strange")
    drawing.axes("seconds", "dB")
    return caption, drawing.svg()


def _label(drawing: Drawing, edges: np.ndarray, x_label: str) -> None:
    drawing.axes(x_label, "Hz", y_ticks=_hertz_ticks(edges))


def _hertz_ticks(edges: np.ndarray) -> list[tuple[float, str]]:
    found: list[tuple[float, str]] = []
    for hz in SHOWN_HERTZ:
        place = float(np.interp(hz, edges, np.arange(len(edges))))
        is_apart = not found or place - found[-1][0] >= LEAST_BANDS
        if edges[0] <= hz <= edges[-1] and is_apart:
            name = f"{hz // 1000}k" if hz >= 1000 else f"{hz}"
            found.append((place, name))
    return found


def _columns(values: np.ndarray) -> np.ndarray:
    """Bands by frames, of at most `MOST_COLUMNS`, the strongest of each."""
    return np.stack([_most(row, MOST_COLUMNS) for row in values.T])


def _most(values: np.ndarray, number: int) -> np.ndarray:
    """So many values: of neighbours the one that is farthest from 0."""
    groups: Sequence[np.ndarray] = np.array_split(
        values, min(number, len(values))
    )
    return np.array([group[np.abs(group).argmax()] for group in groups])
