"""Pointing of pictures: their strongest place, and how often it is the fault.

`RATES` is the one source of these numbers; docs/explaining.md has them in full.
"""

import numpy as np
import scipy.ndimage

from pipelines.pictures.unusual_spectrum import UnusualSpectrum

# Frames that deviations are averaged over, by half a frame each a third of a
# second.
SMOOTHED_FRAMES = 5
# Share of injected faults that the strongest place of each picture lay on, and
# of those that a random place would, in percent, by `benchmarks.pointing_game`:
# of built-in machines without training, with a small network, and of real
# recordings without training.
RATES = {
    "unusual": ((78, 15), (89, 16), (21, 8)),
    "occlusion": ((79, 14), (38, 16), (34, 11)),
    "rise": ((80, 14), (38, 16), (34, 11)),
}


def unusual_strength(unusual: UnusualSpectrum) -> np.ndarray:
    """Standard deviations from the usual level, `(frames, bands)`, smoothed.

    Args:
        unusual: Unusual spectrum of a clip.

    >>> from pipelines.pictures.unusual_spectrum import unusual_spectrum
    >>> from pipelines.pictures.usual_spectrum import usual_spectrum
    >>> noise = np.random.default_rng(0).normal(0.0, 0.1, (4, 16_000))
    >>> usual = usual_spectrum(noise[:3], 16_000)
    >>> unusual = unusual_spectrum(noise[3], usual)
    >>> unusual_strength(unusual).shape == unusual.deviations.shape
    True
    """
    return scipy.ndimage.uniform_filter1d(
        unusual.deviations, SMOOTHED_FRAMES, axis=0, mode="nearest"
    )


def band_middles(unusual: UnusualSpectrum) -> np.ndarray:
    """Middles of the frequency bands in Hz, `(bands,)`.

    Args:
        unusual: Unusual spectrum of a clip.

    >>> from pipelines.pictures.unusual_spectrum import unusual_spectrum
    >>> from pipelines.pictures.usual_spectrum import usual_spectrum
    >>> noise = np.random.default_rng(0).normal(0.0, 0.1, (4, 16_000))
    >>> usual = usual_spectrum(noise[:3], 16_000)
    >>> unusual = unusual_spectrum(noise[3], usual)
    >>> len(band_middles(unusual)) == len(unusual.edges) - 1
    True
    """
    return np.sqrt(unusual.edges[:-1] * unusual.edges[1:])


def strongest_cell(values: np.ndarray) -> tuple[int, int]:
    """Indices of the largest value.

    >>> strongest_cell(np.array([[0.0, 1.0], [3.0, 2.0]]))
    (1, 0)
    """
    frame, band = np.unravel_index(values.argmax(), values.shape)
    return int(frame), int(band)


def pointing_sentence(picture: str) -> str:
    """How well a picture points, in words.

    Args:
        picture: Key of `RATES`.
    """
    built_in, network, recordings = (
        f"{share} % (by chance {chance} %)" for share, chance in RATES[picture]
    )
    return (
        "The ring, the strongest place, lay on injected faults of built-in "
        f"machines in {built_in}, with a small network in {network}, of real "
        f"recordings in {recordings}"
    )
