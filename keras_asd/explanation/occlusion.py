"""Occlusion maps: fall of the anomaly score where a part is hidden."""

import functools
import itertools
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_asd.explanation.masked_clip import MaskedClip


def occlusion(
    embedder: Any,
    score: Callable,
    waveform: np.ndarray,
    name: str,
    cells: int | Sequence[int] = 7,
    batch_size: int = 32,
    fill: np.ndarray | None = None,
    progress: Callable[[int], Any] = lambda num_done: None,
) -> np.ndarray:
    """Maps how much the anomaly score falls where a patch is hidden.

    The representation is covered by a grid of points, `cells + 1` along an
    axis. One patch after the other is replaced by `fill`: wholly at its point
    of the grid, fading to nothing at the neighbouring points. The map is the
    fall of the score at each point, and linear between them. Other than
    `rise`, it needs no random masks and hides one patch at a time.

    Args:
        embedder: Any embedder of `keras_asd.models`: it has `represent`,
            `embed` and `neutral`.
        score: Function from embeddings `(batch, embedding_dim)` to anomaly
            scores `(batch,)`, larger is stranger.
        waveform: Waveform of one clip, `(samples,)`.
        name: Name of the representation of which patches are hidden.
        cells: Number of cells along every axis, or along each; at most its
            length.
        batch_size: Number of patches at a time.
        fill: Content of hidden patches, as in `rise`.
        progress: Function of the number of patches of each batch done.

    Returns:
        float64 array of the representation's shape without the batch.

    Raises:
        ValueError: As `rise`.

    >>> from keras import ops
    >>> from keras_asd.models import StatisticsEmbedder
    >>> embedder = StatisticsEmbedder(samples=8000, num_mel_bins=8)
    >>> noise = np.random.default_rng(0).normal(0.0, 0.1, (5, 8000))
    >>> embedder.fit(np.array(embedder.statistics(noise)))
    >>> score = lambda embedding: ops.norm(embedding, axis=-1)
    >>> occlusion(embedder, score, noise[0], "log_mel", cells=2).shape
    (32, 8)

    Reference: Zeiler & Fergus, https://arxiv.org/abs/1311.2901
    """
    masked_clip = MaskedClip(embedder, score, waveform, name, fill)
    shape = masked_clip.shape
    if isinstance(cells, int):
        cells = (cells,) * len(shape)
    axes = [
        _hats(length, number)
        for length, number in zip(shape, cells, strict=True)
    ]
    patches = [
        functools.reduce(np.multiply.outer, hats)
        for hats in itertools.product(*axes)
    ]
    masks = itertools.chain(
        [np.ones(shape, "float32")], (1 - patch for patch in patches)
    )
    scored = masked_clip.scores(masks, batch_size, progress)
    scores = np.concatenate([batch for _, batch in scored])
    return np.tensordot(scores[0] - scores[1:], np.stack(patches), 1)


def _hats(length: int, cells: int) -> np.ndarray:
    """Hat functions `(cells + 1, length)` on an axis; they add up to one."""
    if not 0 < cells <= length:
        raise ValueError(
            "`cells` must be from 1 to the length of the axis. "
            f"Received: cells={cells} for an axis of length {length}."
        )
    position = np.linspace(0, cells, length, dtype="float32")
    distance = np.abs(position - np.arange(cells + 1)[:, None])
    return np.maximum(1 - distance, 0).astype("float32")
