"""RISE maps: contributions of a representation to the anomaly score."""

from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_asd.explanation.masked_clip import MaskedClip
from keras_asd.explanation.random_masks import mask_variance
from keras_asd.explanation.random_masks import random_masks


def rise(
    embedder: Any,
    score: Callable,
    waveform: np.ndarray,
    name: str,
    num_masks: int = 2000,
    cells: int | Sequence[int] = 7,
    keep: float = 0.5,
    batch_size: int = 32,
    seed: int = 0,
    fill: np.ndarray | None = None,
    progress: Callable[[int], Any] = lambda num_done: None,
) -> np.ndarray:
    """Maps how much each cell of a representation raises the anomaly score.

    Random parts of the representation `x` are replaced by `fill` `n`,
    `x_i = n + m_i (x - n)`, and the scores `s_i` compared with the masks
    `m_i`. The map is their covariance over the variance of a mask's value,

        map = 1 / (N - 1) * sum_i (s_i - mean(s)) m_i / var(m),

    in units of the score: by how much it rises on average from where a cell
    is hidden to where it is shown, with its neighbours, which the masks hide
    and show along with it. Above zero: what is there is strange. Below: what
    is there speaks for a normal clip. It is an unbiased estimate, whose
    standard error is near `std(s) / sqrt(N var(m))`.

    Petsiuk et al. weigh with `s_i` itself, which is the same on average but
    for a constant, and noisier. They take 4000 to 8000 masks of 7 x 7 cells,
    half of them kept, for photographs; the work that brought RISE to
    machine sounds tells neither number nor grid, so the defaults are ours.

    Args:
        embedder: Any embedder of `keras_asd.models`: it has `represent`,
            `embed` and `neutral`.
        score: From embeddings `(batch, embedding_dim)` to anomaly scores
            `(batch,)`, larger is stranger.
        waveform: One clip, `(samples,)`, as long as the embedder takes.
        name: Which representation is masked, such as `"log_mel"`; the
            others stay as they are.
        num_masks: How many times the clip is scored.
        cells: Cells along an axis, or along each. Finer grids need more
            masks.
        keep: Probability that a cell is kept.
        batch_size: Masks at a time; the result does not depend on it.
        seed: Chooses the masks.
        fill: What hidden cells show, of the representation's shape or one
            that broadcasts to it, such as the mean over normal clips. What
            `embedder.neutral` gives if `None`.
        progress: Called after every batch with its number of masks, such as
            `tqdm.tqdm(total=num_masks).update`.

    Returns:
        float64 array of the representation's shape without the batch.

    Raises:
        ValueError: If `waveform` is not one clip, the embedder has no
            representations, `name` cannot be masked, or the scores are not
            finite or not one a mask.

    >>> from keras import ops
    >>> from keras_asd.models import StatisticsEmbedder
    >>> embedder = StatisticsEmbedder(samples=8000, num_mel_bins=8)
    >>> noise = np.random.default_rng(0).normal(0.0, 0.1, (5, 8000))
    >>> embedder.fit(np.array(embedder.statistics(noise)))
    >>> score = lambda embedding: ops.norm(embedding, axis=-1)
    >>> rise(embedder, score, noise[0], "log_mel", num_masks=9).shape
    (32, 8)

    Reference: Petsiuk et al., https://arxiv.org/abs/1806.07421
    """
    masked_clip = MaskedClip(embedder, score, waveform, name, fill)
    masks = random_masks(num_masks, masked_clip.shape, cells, keep, seed)
    scores: list[np.ndarray] = []
    total = np.zeros(masked_clip.shape)
    weighted = np.zeros(masked_clip.shape)
    origin = 0.0
    for stacked, batch_scores in masked_clip.scores(
        masks, batch_size, progress
    ):
        if not scores:
            # Sums of small numbers keep their digits.
            origin = float(batch_scores[0])
        scores.append(batch_scores - origin)
        total += stacked.sum(axis=0, dtype="float64")
        weighted += np.tensordot(scores[-1], stacked.astype("float64"), 1)
    mean = np.concatenate(scores).mean()
    covariance = (weighted - mean * total) / (num_masks - 1)
    return covariance / mask_variance(len(masked_clip.shape), keep)
