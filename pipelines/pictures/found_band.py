"""Found band: extent, level and times of what stands out in a clip."""

import numpy as np

from pipelines.pictures.band_levels import SUMMARIES
from pipelines.pictures.band_levels import band_edges
from pipelines.pictures.band_levels import fft_length
from pipelines.pictures.band_levels import running_mean
from pipelines.pictures.standing_out import LEAST_EXCESS_DB
from pipelines.pictures.unusual_band import ALL_THE_TIME
from pipelines.pictures.unusual_band import LEAST_BURSTS
from pipelines.pictures.unusual_band import UnusualBand
from pipelines.pictures.usual_spectrum import UsualSpectrum

FRAME = SUMMARIES.index("loudest frame")
# Knocks are single frames that stand out from the clip by so much.
KNOCK_DB = 6.0
# Share of the frames that knocks take at most.
KNOCK_SHARE = 0.5


def widen(
    strength: np.ndarray, excess: np.ndarray, start: int
) -> tuple[int, int]:
    """First and last of the bands around one that stand out like it.

    Args:
        strength: Standard deviations in its direction, `(bands,)`.
        excess: The same in dB, `(bands,)`.
        start: Index of the band.

    >>> strength = np.array([0.0, 4.0, 9.0, 5.0, 0.0, 0.0])
    >>> widen(strength, strength, 2)
    (2, 3)
    """
    is_in = (excess >= excess[start] / 2) & (strength >= strength[start] / 3)
    is_in = is_in & (excess >= LEAST_EXCESS_DB)
    ends = []
    for step in (-1, 1):
        end = start
        while True:
            # A single band may be missing.
            near = [end + step, end + 2 * step]
            found = [i for i in near if 0 <= i < len(is_in) and is_in[i]]
            if not found:
                break
            end = found[0]
        ends.append(end)
    return ends[0], ends[1]


def describe_band(
    levels: np.ndarray,
    usual: UsualSpectrum,
    ends: tuple[int, int],
    summary: int,
    strength: float,
    loudness: float,
    samples: int,
) -> tuple[UnusualBand, np.ndarray, np.ndarray]:
    """Level and times of bands in a clip, without a tone.

    Args:
        levels: Levels of the clip's bands in dB, `(frames, bands)`.
        usual: Usual spectrum of its machine.
        ends: First and last of the bands.
        summary: Index of what stands out of `SUMMARIES`.
        strength: Standard deviations by which they stand out; below 0 where
            they are quieter.
        loudness: What the clip is louder as a whole, in dB.
        samples: Length of the clip.

    Returns:
        The band, its level over time less the usual one in dB `(frames,)`, and
        whether each frame is unusual `(frames,)`.

    >>> from pipelines.pictures.usual_spectrum import usual_spectrum
    >>> noise = np.random.default_rng(0).normal(0.0, 0.1, (8, 32_000))
    >>> usual = usual_spectrum(noise, 16_000)
    >>> levels = np.tile(usual.mean[0] + 6.0, (30, 1))
    >>> describe_band(levels, usual, (9, 12), 0, 8.0, 0.0, 32_000)[0].sentence
    'between 297 and 422 Hz, 6 dB above its usual level, all the time'
    """
    first, last = ends
    rate = usual.sampling_rate
    chosen = slice(first, last + 1)
    over_time = np.average(
        levels[:, chosen] - usual.mean[0, chosen],
        axis=1,
        weights=np.diff(band_edges(rate))[chosen],
    )
    is_lowest, is_highest = first == 0, last == len(usual.edges) - 2
    if not (is_lowest and is_highest):
        over_time -= loudness
    sign = 1.0 if strength >= 0 else -1.0
    is_on = _times(sign * over_time)
    if summary == FRAME or (sign > 0 and _are_knocks(over_time)):
        is_on = over_time >= over_time.max() / 2
    hop = fft_length(rate) / 2 / rate
    band = UnusualBand(
        float(usual.edges[first]),
        float(usual.edges[last + 1]),
        None,
        float(over_time[is_on].mean()),
        strength,
        _moments(is_on, hop, samples / rate),
        float(is_on.mean()),
        is_lowest,
        is_highest,
    )
    return band, over_time, is_on


def _times(frames: np.ndarray) -> np.ndarray:
    """Whether each frame is unusual, `(frames,)`."""
    smooth = running_mean(frames[:, None])[:, 0]
    before = (len(frames) - len(smooth)) // 2
    behind = len(frames) - len(smooth) - before
    smooth = np.pad(smooth, (before, behind), mode="edge")
    middle, highest = float(np.median(smooth)), float(smooth.max())
    if highest <= 0:
        return smooth >= highest
    is_on = smooth >= middle / 2
    if middle >= highest / 2 and is_on.mean() >= ALL_THE_TIME:
        return is_on
    return smooth >= highest / 2


def _are_knocks(frames: np.ndarray) -> bool:
    """Whether single frames stand out of the rest, several and alike."""
    highest = frames.max()
    if highest - np.median(frames) < KNOCK_DB:
        return False
    is_on = frames >= highest / 2
    edges = np.flatnonzero(np.diff(np.pad(is_on.astype(int), 1)))
    starts = edges[::2]
    if len(starts) < LEAST_BURSTS or is_on.mean() > KNOCK_SHARE:
        return False
    gaps = np.diff(starts)
    return bool(np.abs(gaps - np.median(gaps)).max() <= 0.3 * np.median(gaps))


def _moments(
    is_on: np.ndarray, hop: float, seconds: float
) -> tuple[tuple[float, float], ...]:
    """Start and end of every run of frames, at the middles between frames."""
    edges = np.flatnonzero(np.diff(np.pad(is_on.astype(int), 1)))
    moments = []
    for start, end in edges.reshape(-1, 2).tolist():
        begin = 0.0 if start == 0 else hop * (start + 0.5)
        stop = seconds if end == len(is_on) else hop * (end + 0.5)
        moments.append((begin, stop))
    return tuple(moments)
