"""Pictures of the pointing game: where each says that a fault lies."""

import dataclasses
import functools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops

from keras_asd.explanation import occlusion
from keras_asd.explanation import rise
from pipelines.pictures.explainer import JudgedWindow
from pipelines.pictures.pointing import band_middles
from pipelines.pictures.pointing import strongest_cell
from pipelines.pictures.pointing import unusual_strength

NUM_MASKS, NUM_CELLS, BATCH_SIZE = 256, 8, 128
REPRESENTATION = "log_mel"


@dataclasses.dataclass(frozen=True)
class Fault:
    """A clip with a fault, and what explains it.

    Args:
        unusual: `UnusualSpectrum` of the clip.
        window: Window that is explained.
        normal: Waveform of the nearest normal window.
        seed: Seed of random masks.
    """

    unusual: Any
    window: JudgedWindow
    normal: np.ndarray
    seed: int


@dataclasses.dataclass(frozen=True)
class Picture:
    """A map, and the times and frequencies of its cells.

    Args:
        values: Values `(frames, bands)`; the largest is the strongest.
        seconds: Times in the recording, `(frames,)`.
        hz: Frequencies, `(bands,)`.

    >>> times, hz = np.array([0.0, 0.5]), np.array([100.0, 200.0, 400.0])
    >>> Picture(np.eye(2, 3)[::-1], times, hz).strongest
    (0.0, 200.0)
    """

    values: np.ndarray
    seconds: np.ndarray
    hz: np.ndarray

    @property
    def strongest(self) -> tuple[float, float]:
        """Time and frequency of the largest value."""
        frame, band = strongest_cell(self.values)
        return float(self.seconds[frame]), float(self.hz[band])


def _masked(function: Callable, fault: Fault, **options) -> Picture:
    window = fault.window
    waveform = ops.convert_to_tensor(fault.normal[None])
    fill = window.embedder.represent(waveform)[REPRESENTATION]
    values = function(
        window.embedder,
        window.score,
        window.waveform,
        REPRESENTATION,
        cells=NUM_CELLS,
        batch_size=BATCH_SIZE,
        fill=ops.convert_to_numpy(fill)[0],
        **options,
    )
    (_, seconds), (_, hz) = window.embedder.axes(REPRESENTATION)
    return Picture(values, window.start_seconds + seconds, hz)


def _unusual(values: Callable, fault: Fault) -> Picture:
    found = fault.unusual
    return Picture(np.abs(values(found)), found.seconds, band_middles(found))


def _sentence(fault: Fault) -> Picture:
    """The middle of the band and the longest moment of the sentence."""
    found = fault.unusual
    start, end = max(found.band.moments, key=lambda ends: ends[1] - ends[0])
    low, high = found.band.low_hz, found.band.high_hz
    hz = band_middles(found)
    values = np.zeros(found.decibels.shape)
    frame = np.abs(found.seconds - (start + end) / 2).argmin()
    values[frame, np.abs(hz - np.sqrt(low * high)).argmin()] = 1.0
    return Picture(values, found.seconds, hz)


PICTURES: dict[str, Callable[[Fault], Picture]] = {
    "unusual": functools.partial(_unusual, unusual_strength),
    "unusual, dB": functools.partial(_unusual, operator.attrgetter("decibels")),
    "unusual, not smoothed": functools.partial(
        _unusual, operator.attrgetter("deviations")
    ),
    "sentence": _sentence,
    "occlusion": functools.partial(_masked, occlusion),
    "rise": lambda fault: _masked(
        rise, fault, num_masks=NUM_MASKS, seed=fault.seed
    ),
}
