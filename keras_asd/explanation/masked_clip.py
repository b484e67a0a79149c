"""Masked clip: a representation of which parts are hidden, and its scores."""

import itertools
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any

import numpy as np
from keras import ops


class MaskedClip:
    """A clip of which parts of one representation are hidden.

    Where a mask is 0, `fill` is shown instead, where it is 1, the clip.

    Args:
        embedder: Embedder of `keras_asd.models`: it has `represent`, `embed`
            and `neutral`.
        score: Function from embeddings `(batch, embedding_dim)` to anomaly
            scores `(batch,)`, larger is stranger.
        waveform: Waveform of one clip, `(samples,)`.
        name: Name of the representation that is masked, such as `"log_mel"`.
        fill: Content of hidden cells, of the representation's shape or one
            that broadcasts to it; what `embedder.neutral` gives if `None`.

    Raises:
        ValueError: If `waveform` is not one clip, the embedder has no
            representations, or `name` cannot be masked.

    >>> from keras_asd.models import StatisticsEmbedder
    >>> embedder = StatisticsEmbedder(samples=8000, num_mel_bins=8)
    >>> noise = np.random.default_rng(0).normal(0.0, 0.1, (5, 8000))
    >>> embedder.fit(np.array(embedder.statistics(noise)))
    >>> score = lambda embedding: ops.norm(embedding, axis=-1)
    >>> MaskedClip(embedder, score, noise[0], "log_mel").shape
    (32, 8)
    """

    def __init__(
        self,
        embedder: Any,
        score: Callable,
        waveform: np.ndarray,
        name: str,
        fill: np.ndarray | None = None,
    ):
        if np.ndim(waveform) != 1:
            raise ValueError(
                "`waveform` must be one clip, `(samples,)`. "
                f"Received: shape {np.shape(waveform)}. Take one row of a "
                "batch."
            )
        if not hasattr(embedder, "represent"):
            raise ValueError(
                "`embedder` must have `represent`, `embed` and `neutral`. "
                f"Received: embedder={type(embedder).__name__}, which has no "
                "representation to mask."
            )
        waveform = np.asarray(waveform, "float32")
        self._shown = embedder.represent(ops.convert_to_tensor(waveform[None]))
        neutral = embedder.neutral(self._shown)
        if name not in neutral:
            raise ValueError(
                f"`name` must be one of {', '.join(map(repr, neutral))}. "
                f"Received: name={name!r}."
            )
        self._embedder, self._score, self._name = embedder, score, name
        self._clip = ops.convert_to_numpy(self._shown[name])[0]
        self.shape = self._clip.shape
        if fill is None:
            fill = ops.convert_to_numpy(neutral[name])[0]
        fill = np.asarray(fill, self._clip.dtype)
        self._fill = np.broadcast_to(fill, self.shape)

    def scores(
        self,
        masks: Iterable[np.ndarray],
        batch_size: int,
        progress: Callable[[int], Any] = lambda num_done: None,
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yields masks `(batch, *shape)` and their scores `(batch,)`.

        Args:
            masks: Masks of this clip's `shape`, values in `[0, 1]`.
            batch_size: Number of masks in a batch.
            progress: Function of the number of masks of each batch done.

        Raises:
            ValueError: If the scores are not finite, or not one a mask.
        """
        coming = iter(masks)
        while batch := list(itertools.islice(coming, batch_size)):
            stacked = np.stack(batch)
            masked = self._fill + stacked * (self._clip - self._fill)
            shown = {
                name: ops.repeat(values, len(batch), axis=0)
                for name, values in self._shown.items()
                if name != self._name
            }
            shown[self._name] = ops.convert_to_tensor(masked)
            embedding = self._embedder.embed(shown, training=False)
            scores = ops.convert_to_numpy(self._score(embedding))
            yield stacked, _check(np.asarray(scores, "float64"), len(batch))
            progress(len(batch))


def _check(scores: np.ndarray, num_masks: int) -> np.ndarray:
    if scores.shape != (num_masks,) or not np.isfinite(scores).all():
        raise ValueError(
            "`score` must give one finite number for each embedding. "
            f"Received: shape {scores.shape} for {num_masks} embeddings, "
            f"with {np.count_nonzero(~np.isfinite(scores))} that are not "
            "finite. Choose the column of the clip's own machine."
        )
    return scores
