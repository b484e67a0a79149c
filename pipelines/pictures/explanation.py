"""Explanation of an anomaly score: RISE maps of a clip."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops

from keras_asd.explanation import rise
from keras_asd.models import JoinedEmbedder
from keras_asd.models import StatisticsEmbedder

# Cells of the masks along each axis, by the number of axes.
CELLS = {1: 32, 2: 8}
SHOWN_DECIBELS = 60.0


@dataclasses.dataclass(frozen=True)
class Explanation:
    """A representation of one clip, and what in it raises the score.

    Args:
        name: Name of the representation, such as `"log_mel"`; for statistics
            beside a network `"statistics_log_mel"`.
        values: Values to show, `(bins,)` or `(frames, bins)`.
        unit: Unit of the values, such as `"dB"`.
        axes: Label and values of each axis.
        importance: Map of `keras_asd.explanation.rise`, of the same shape.
    """

    name: str
    values: np.ndarray
    unit: str
    axes: tuple[tuple[str, np.ndarray], ...]
    importance: np.ndarray


def explain_clip(
    embedder: Any,
    score: Callable,
    waveform: np.ndarray,
    normal: np.ndarray | None = None,
    num_masks: int = 2000,
    batch_size: int = 32,
    seed: int = 0,
    progress: Callable[[int], Any] = lambda num_done: None,
) -> list[Explanation]:
    """Runs RISE on every representation of a clip.

    Args:
        embedder: Embedder of `keras_asd.models`.
        score: Function from embeddings to anomaly scores, `(batch,)`.
        waveform: Waveform `(samples,)` of the embedder's length.
        normal: Waveform of a normal clip, of equal length, whose content
            stands in hidden parts, such as the nearest training clip;
            `embedder.neutral` if `None`.
        num_masks: Number of masks of each representation.
        batch_size: Number of masks in a batch.
        seed: Seed of the masks.
        progress: Function of the number of masks done since its last call.

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
        importance = rise(
            embedder,
            score,
            waveform,
            name,
            num_masks=num_masks,
            cells=tuple(min(CELLS[values.ndim], n) for n in values.shape),
            batch_size=batch_size,
            seed=seed,
            fill=ops.convert_to_numpy(fills[name])[0] if fills else None,
            progress=progress,
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
