"""A trained network beside the training-free statistics, in one detector."""

import dataclasses
from collections.abc import Callable
from collections.abc import Sequence

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from keras_asd.layers import JoinedHead
from keras_asd.layers import Whitening
from keras_asd.layers.whitening import has_spread
from keras_asd.models import JoinedEmbedder
from keras_asd.models import StatisticsEmbedder
from pipelines.audio.inspected_clip import InspectedClip
from pipelines.methods.embeddings import Embeddings
from pipelines.methods.embeddings import embed_clips
from pipelines.settings.config import Config
from pipelines.settings.presets import choose_preset
from pipelines.training.embedder import make_embedder


def make_statistics_embedder(config: Config) -> StatisticsEmbedder:
    """That of the preset `training_free`, for the clips of a configuration.

    >>> make_statistics_embedder(Config(clip_seconds=2.0)).embedding_dim
    256
    """
    own = dataclasses.replace(
        choose_preset("training_free"),
        sampling_rate=config.sampling_rate,
        clip_seconds=config.clip_seconds,
    )
    return make_embedder(own)


def fuse(
    embedder: keras.Model,
    head: keras.layers.Layer,
    normals: Sequence[InspectedClip],
    config: Config,
) -> tuple[JoinedEmbedder, JoinedHead, Embeddings]:
    """Puts whitened statistics behind the embedding of a trained network.

    Args:
        embedder: The network's.
        head: The network's; the statistics have none.
        normals: The clips that the statistics are whitened on.
        config: Settings of the run.

    Returns:
        Embedder and head of both, and the embeddings of the clips, with the
        statistics as they were before whitening.

    Raises:
        ValueError: If no clip could be decoded.

    >>> fuse(make_embedder(Config(clip_seconds=1.0)), None, [], Config())
    Traceback (most recent call last):
    ValueError: There must be clips to embed. Received: 0 clips, none ...
    """
    statistics = make_statistics_embedder(config)

    def measure(windows: np.ndarray) -> np.ndarray:
        parts = [
            embedder.predict_on_batch(windows),
            ops.convert_to_numpy(statistics.statistics(windows)),
        ]
        return np.concatenate(parts, axis=1)

    found = embed_clips(measure, normals, config)
    dim = embedder.embedding_dim
    measured = found.vectors[:, dim:]
    _, sections = np.unique(found.keys, return_inverse=True)
    statistics.fit(measured, sections)
    whitened = ops.convert_to_numpy(statistics.whitening(measured))
    vectors = np.concatenate([found.vectors[:, :dim], whitened], axis=1)
    return (
        JoinedEmbedder([embedder, statistics]),
        JoinedHead([head], [dim]),
        dataclasses.replace(found, vectors=vectors, statistics=measured),
    )


def whitened_again(
    embeddings: Embeddings, config: Config
) -> Callable[[NDArray[np.bool_]], NDArray]:
    """The embeddings of `fuse`, by a whitening of some of the clips.

    Args:
        embeddings: As `fuse` gave them, or a part of them.
        config: Settings of the run.

    Returns:
        From booleans `(windows,)`, true for what the whitening is fitted on,
        to all embeddings, `(windows, embedding_dim)`.

    Raises:
        ValueError: For embeddings without statistics.

    >>> rows = np.arange(9)
    >>> statistics = np.random.default_rng(0).normal(size=(9, 256))
    >>> made = Embeddings(np.zeros((9, 300)), np.array(["fan/a"] * 9),
    ...     rows < 0, rows, statistics=statistics)
    >>> whitened_again(made, Config())(rows < 6).shape
    (9, 300)
    """
    own = make_statistics_embedder(config)
    statistics = embeddings.statistics
    if statistics is None:
        raise ValueError(
            "Fused embeddings must have their statistics from before the "
            "whitening. Received: none. Train again."
        )

    def embed(is_fitted: NDArray[np.bool_]) -> NDArray:
        vectors = whiten_by(
            own.whitening, statistics, embeddings.keys, is_fitted
        )
        kept = embeddings.vectors[:, : -own.embedding_dim]
        return np.concatenate([kept, vectors], axis=1)

    return embed


def whiten_by(
    whitening: Whitening,
    statistics: NDArray,
    keys: NDArray,
    is_fitted: NDArray[np.bool_],
) -> NDArray:
    """All statistics, by such a whitening that is fitted on some of them.

    Where these are too few to tell a spread within a section, as one clip of
    each, it is fitted on all.

    Args:
        whitening: Tells the sizes; it is not changed.
        statistics: Before whitening, `(windows, features)`.
        keys: `<machine>/<section>` of each, `(windows,)`.
        is_fitted: Whether each is fitted on, `(windows,)`.

    >>> statistics = np.random.default_rng(0).normal(size=(9, 4))
    >>> keys = np.array(["fan/a"] * 9)
    >>> whiten_by(Whitening(2), statistics, keys, np.arange(9) < 6).shape
    (9, 2)
    """
    fresh = Whitening.from_config(
        {**whitening.get_config(), "is_fitted": False}
    )
    _, sections = np.unique(keys, return_inverse=True)
    rows = is_fitted
    if not has_spread(statistics[rows], sections[rows]):
        rows = np.ones(len(keys), bool)
    fresh.fit(statistics[rows], sections[rows])
    return ops.convert_to_numpy(fresh(statistics))
