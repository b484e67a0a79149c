"""Explanation of an anomaly score: maps of a clip by hiding parts of it."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops

from keras_asd.explanation import occlusion
from keras_asd.explanation import rise
from keras_asd.models import JoinedEmbedder
from keras_asd.models import StatisticsEmbedder

# Cells of the masks along each axis, by the number of axes.
CELLS = {1: 32, 2: 8}
SHOWN_DECIBELS = 60.0
TIME_LABEL = "time, s"
METHODS: dict[str, Callable[..., np.ndarray]] = {
    "occlusion": occlusion,
    "rise": rise,
}


@dataclasses.dataclass(frozen=True)
class Explanation:
    """A representation of one clip, and what in it raises the score.

    Args:
        name: Name of the representation, such as `"log_mel"`; for statistics
            beside a network `"statistics_log_mel"`.
        values: Values to show, `(bins,)` or `(frames, bins)`.
        unit: Unit of the values, such as `"dB"`.
        axes: Label and values of each axis.
        importance: Map of a function of `keras_asd.explanation`, of the same
            shape.
    """

    name: str
    values: np.ndarray
    unit: str
    axes: tuple[tuple[str, np.ndarray], ...]
    importance: np.ndarray

    def in_recording(
        self, start_seconds: float, clip_seconds: float
    ) -> "Explanation":
        """The explanation with the time axis of the whole recording.

        A recording shorter than the window was repeated: then the map of each
        moment is the sum over its repetitions.

        Args:
            start_seconds: Start of the window in the recording.
            clip_seconds: Length of the recording.
        """
        (label, seconds), *others = self.axes
        if label != TIME_LABEL:
            return self
        if clip_seconds >= seconds[-1]:
            axes = ((label, start_seconds + seconds), *others)
            return dataclasses.replace(self, axes=axes)
        num_frames = max(int(np.sum(seconds < clip_seconds)), 1)
        step = seconds[1] - seconds[0]
        frames = np.round((seconds % clip_seconds) / step).astype(int)
        importance = np.zeros((num_frames, *self.importance.shape[1:]))
        np.add.at(importance, frames % num_frames, self.importance)
        return dataclasses.replace(
            self,
            values=self.values[:num_frames],
            axes=((label, seconds[:num_frames]), *others),
            importance=importance,
        )


def explain_clip(
    embedder: Any,
    score: Callable,
    waveform: np.ndarray,
    normal: np.ndarray | None = None,
    method: Callable[..., np.ndarray] = rise,
    progress: Callable[[int], Any] = lambda num_done: None,
    **options: Any,
) -> list[Explanation]:
    """Explains every representation of a clip.

    Args:
        embedder: Embedder of `keras_asd.models`.
        score: Function from embeddings to anomaly scores, `(batch,)`.
        waveform: Waveform `(samples,)` of the embedder's length.
        normal: Waveform of a normal clip, of equal length, whose content
            stands in hidden parts, such as the nearest training clip;
            `embedder.neutral` if `None`.
        method: Function of `keras_asd.explanation` that draws the maps.
        progress: Function of the number of masks done since its last call.
        **options: Further arguments of this function, such as `num_masks`.

    >>> from keras_asd.models import StatisticsEmbedder
    >>> embedder = StatisticsEmbedder(samples=8000, num_mel_bins=8)
    >>> noise = np.random.default_rng(0).normal(0.0, 0.1, (5, 8000))
    >>> embedder.fit(np.array(embedder.statistics(noise)))
    >>> score = lambda embedding: ops.norm(embedding, axis=-1)
    >>> made = explain_clip(embedder, score, noise[0], num_masks=8)
    >>> [(one.name, one.importance.shape) for one in made]
    [('log_mel', (32, 8))]
    """
    waveform = np.asarray(waveform, "float32")
    representations = embedder.represent(ops.convert_to_tensor(waveform[None]))
    fills = {}
    if normal is not None:
        normal = np.asarray(normal, "float32")
        fills = embedder.represent(ops.convert_to_tensor(normal[None]))
    explanations = []
    for name in embedder.neutral(representations):
        values = ops.convert_to_numpy(representations[name])[0]
        importance = method(
            embedder,
            score,
            waveform,
            name,
            cells=tuple(min(CELLS[values.ndim], n) for n in values.shape),
            fill=ops.convert_to_numpy(fills[name])[0] if fills else None,
            progress=progress,
            **options,
        )
        part, own_name = _part(embedder, name)
        shown, unit = _shown(part, own_name, values)
        is_beside = part is not embedder and isinstance(
            part, StatisticsEmbedder
        )
        explanations.append(
            Explanation(
                f"statistics_{own_name}" if is_beside else own_name,
                shown,
                unit,
                part.axes(own_name),
                importance,
            )
        )
    return explanations


def _part(embedder, name) -> tuple[Any, str]:
    """The embedder whose representation it is, and its name there."""
    if not isinstance(embedder, JoinedEmbedder):
        return embedder, name
    index, _, own_name = name.partition(".")
    return embedder.embedders[int(index)], own_name


def _shown(embedder, name, values) -> tuple[np.ndarray, str]:
    """Magnitudes in decibels; all others are in decibels or learned."""
    form = getattr(embedder, "spectrogram", None)
    if name == "spectrum" or (name != "log_mel" and form == "linear"):
        magnitude = np.abs(values).astype("float64")
        largest = max(float(magnitude.max()), 1e-12)
        least = largest * 10 ** (-SHOWN_DECIBELS / 20)
        decibels = 20 * np.log10(np.maximum(magnitude, least))
        is_flat = values.ndim == 1
        return decibels, "dB" if is_flat else "distance from the mean, dB"
    if name == "tgram":
        return values, "learned"
    return values, "dB" if name == "log_mel" else "dB over the mean"
