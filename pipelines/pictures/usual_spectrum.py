"""Usual spectrum: levels of a machine's normal clips by frequency band."""

import dataclasses
import io
from collections.abc import Iterable
from collections.abc import Mapping

import numpy as np

from pipelines.pictures.band_levels import band_edges
from pipelines.pictures.band_levels import band_powers
from pipelines.pictures.band_levels import decibels
from pipelines.pictures.band_levels import fft_length
from pipelines.pictures.band_levels import frame_powers
from pipelines.pictures.band_levels import summaries
from pipelines.pictures.standing_out import UsualLevels
from pipelines.pictures.standing_out import normal_limits
from pipelines.pictures.standing_out import usual_levels

LEAST_FRAME_DEVIATION_DB = 1.0
LEAST_CLIPS = 3


@dataclasses.dataclass(frozen=True)
class UsualSpectrum(UsualLevels):
    """Levels of normal clips by frequency band, in dB below full scale.

    Args:
        mean: Mean over clips of each of `SUMMARIES`, `(4, bands)`.
        deviation: Their standard deviation, at least 0.5 dB, `(4, bands)`.
        loudness_deviation: Standard deviation of the clips' loudness in dB.
        sampling_rate: Sampling rate in Hz.
        edges: Edges of the bands in Hz, `(bands + 1,)`.
        frame_mean: Mean level of single frames, `(bands,)`.
        frame_deviation: Its standard deviation, without what the loudness of a
            clip explains, at least 1 dB, `(bands,)`.
        limits: Standard deviations for each of `SUMMARIES`, `(4,)`. In 95 % of
            the normal clips the strongest bands of all stay below.
        group_limits: Limits of the mean of several clips, in shares of
            `limits`, for each of `GROUP_SIZES`.
        num_clips: Number of clips.
        levels: Mean level of each clip in dB, `(num_clips, bands)`; not
            stored.

    >>> noise = np.random.default_rng(0).normal(0.0, 0.1, (3, 8000))
    >>> usual_spectrum(noise, 16_000).levels.shape
    (3, 64)
    """

    sampling_rate: int
    edges: np.ndarray
    frame_mean: np.ndarray
    frame_deviation: np.ndarray
    limits: np.ndarray
    group_limits: np.ndarray
    num_clips: int
    levels: np.ndarray = dataclasses.field(default_factory=lambda: np.zeros(0))


STORED = [
    field.name
    for field in dataclasses.fields(UsualSpectrum)
    if field.name != "levels"
]


def usual_spectrum(
    waveforms: Iterable[np.ndarray], sampling_rate: int
) -> UsualSpectrum:
    """Measures the usual spectrum of normal clips.

    Args:
        waveforms: Waveforms `(samples,)` of one machine.
        sampling_rate: Their sampling rate in Hz.

    Raises:
        ValueError: If there are fewer than three.

    >>> noise = np.random.default_rng(0).normal(0.0, 0.1, (4, 16_000))
    >>> usual = usual_spectrum(noise, 16_000)
    >>> usual.num_clips, len(usual.edges), usual.mean.shape
    (4, 65, (4, 64))
    """
    clips, numbers, squares = [], [], []
    for waveform in waveforms:
        power = band_powers(
            frame_powers(waveform, sampling_rate), sampling_rate
        )
        clips.append(summaries(power))
        numbers.append(len(power))
        squares.append((decibels(power).astype("float64") ** 2).mean(0))
    if len(clips) < LEAST_CLIPS:
        raise ValueError(
            f"A usual spectrum takes at least {LEAST_CLIPS} normal clips. "
            f"Received: {len(clips)}. Record more of them."
        )
    levels = np.stack(clips).astype("float64")
    usual = usual_levels(levels)
    _, loudness = usual.compare(levels)
    own = levels[:, 0] - loudness[:, None]
    # Of each clip: the mean square, around the clip's loudness.
    squares = np.stack(squares) - levels[:, 0] ** 2 + own**2
    frame_mean = np.average(own, axis=0, weights=numbers)
    variance = np.average(squares, axis=0, weights=numbers) - frame_mean**2
    return UsualSpectrum(
        usual.mean,
        usual.deviation,
        usual.loudness_deviation,
        sampling_rate,
        band_edges(sampling_rate) * sampling_rate / fft_length(sampling_rate),
        frame_mean,
        np.maximum(np.sqrt(np.maximum(variance, 0)), LEAST_FRAME_DEVIATION_DB),
        *normal_limits(levels),
        len(clips),
        levels[:, 0],
    )


def pack_spectra(spectra: Mapping[str, UsualSpectrum]) -> bytes:
    """The spectra of several machines as the content of an NPZ file.

    Args:
        spectra: Usual spectrum of each machine.

    >>> unpack_spectra(pack_spectra({}))
    {}
    """
    content = io.BytesIO()
    arrays = {"keys": np.array(list(spectra), "U")}
    for index, usual in enumerate(spectra.values()):
        for name in STORED:
            value = getattr(usual, name)
            array = np.asarray(value)
            kind = "float32" if array.dtype.kind == "f" else array.dtype
            arrays[f"{index}/{name}"] = array.astype(kind)
    np.savez_compressed(content, **arrays)
    return content.getvalue()


def unpack_spectra(content: bytes) -> dict[str, UsualSpectrum]:
    """The spectra that `pack_spectra` packed, by machine.

    >>> noise = np.random.default_rng(0).normal(0.0, 0.1, (3, 8000))
    >>> content = pack_spectra({"fan/all": usual_spectrum(noise, 16_000)})
    >>> unpack_spectra(content)["fan/all"].num_clips
    3
    """
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        spectra = {}
        for index, key in enumerate(arrays["keys"].tolist()):
            values = {name: arrays[f"{index}/{name}"] for name in STORED}
            values = {
                name: array if array.ndim else array.item()
                for name, array in values.items()
            }
            spectra[key] = UsualSpectrum(**values)
        return spectra
