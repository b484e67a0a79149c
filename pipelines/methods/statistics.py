"""Detectors of whitened statistics, without training."""

import dataclasses
from collections.abc import Sequence

import numpy as np
from keras import ops
from numpy.typing import NDArray

from keras_asd.layers import ClassCosine
from keras_asd.layers import Whitening
from keras_asd.layers.whitening import has_spread
from keras_asd.models import StatisticsEmbedder
from pipelines.methods.embeddings import Embeddings
from pipelines.methods.embeddings import embed_clips
from pipelines.methods.fitted_scorers import fit_scorer
from pipelines.methods.method import Method


class Statistics(Method):
    """Statistics of the log-Mel, whitened within sections.

    >>> from pipelines.settings.presets import choose_preset
    >>> method = Statistics(choose_preset("training_free"))
    >>> method.build(num_classes=3).embedding_dim
    256
    """

    has_seen_clips = False

    def build(self, num_classes):
        """The embedder, not whitened yet."""
        return self.config.embedder.build(self.config)

    def train(self, tasks, run):
        """The embedder, not whitened yet, and no head."""
        return self.build(0), None

    def embed(self, embedder, head, normals, classes, keys):
        """The whitened embedder, mean centres of the classes, embeddings."""
        measured = embed_clips(
            lambda windows: ops.convert_to_numpy(embedder.statistics(windows)),
            normals,
            self.config,
            "measuring",
        )
        embeddings = fit_whitening(embedder, measured)
        return embedder, mean_centres(embeddings, classes), embeddings

    def fit_scorer(self, embeddings, groups, head=None):
        """The scorer."""
        return fit_scorer(self.config, embeddings, groups, head)

    def embed_again(self, embeddings, is_fitted):
        """Vectors by a whitening that is fitted on some rows."""
        embedder = self.config.embedder.build(self.config)
        return whiten_by(embedder.whitening, embeddings, is_fitted)


def fit_whitening(
    embedder: StatisticsEmbedder, measured: Embeddings
) -> Embeddings:
    """The whitened embeddings, by an embedder that is whitened on them.

    Args:
        embedder: Its whitening is fitted, within sections.
        measured: Statistics as vectors, `(windows, features)`.

    >>> from pipelines.settings.presets import choose_preset
    >>> config = choose_preset("training_free")
    >>> rows = np.arange(9)
    >>> measured = Embeddings(
    ...     np.random.default_rng(0).normal(size=(9, 256)),
    ...     np.array(["fan/a"] * 9), rows < 0, rows)
    >>> embedder = config.embedder.build(config)
    >>> fit_whitening(embedder, measured).vectors.shape
    (9, 256)
    """
    _, sections = np.unique(measured.keys, return_inverse=True)
    embedder.fit(measured.vectors, sections)
    return whiten(embedder, measured)


def whiten(embedder: StatisticsEmbedder, measured: Embeddings) -> Embeddings:
    """Embeddings whose vectors are the whitened statistics."""
    vectors = ops.convert_to_numpy(embedder.whitening(measured.vectors))
    return dataclasses.replace(
        measured, vectors=vectors, statistics=measured.vectors
    )


def whiten_by(
    whitening: Whitening, embeddings: Embeddings, is_fitted: NDArray[np.bool_]
) -> NDArray:
    """Statistics by such a whitening that is fitted on some of them.

    Where these are too few to tell a spread within a section, as one clip of
    each, it is fitted on all.

    Args:
        whitening: Tells the sizes; it is not changed.
        embeddings: With their statistics, `(windows, features)`.
        is_fitted: Whether each row is fitted on, `(windows,)`.

    Raises:
        ValueError: For embeddings without statistics.

    >>> statistics = np.random.default_rng(0).normal(size=(9, 4))
    >>> rows = np.arange(9)
    >>> made = Embeddings(statistics, np.array(["fan/a"] * 9), rows < 0, rows,
    ...     statistics=statistics)
    >>> whiten_by(Whitening(2), made, rows < 6).shape
    (9, 2)
    """
    statistics = embeddings.statistics
    if statistics is None:
        raise ValueError(
            "Embeddings must have their statistics from before the whitening. "
            "Received: none. Train again."
        )
    fresh = Whitening.from_config(
        {**whitening.get_config(), "is_fitted": False}
    )
    _, sections = np.unique(embeddings.keys, return_inverse=True)
    rows = is_fitted
    if not has_spread(statistics[rows], sections[rows]):
        rows = np.ones(len(sections), bool)
    fresh.fit(statistics[rows], sections[rows])
    return ops.convert_to_numpy(fresh(statistics))


def mean_centres(embeddings: Embeddings, classes: Sequence[str]) -> ClassCosine:
    """A head with the mean direction of every class for its centre.

    Args:
        embeddings: Of normal clips.
        classes: Class name of each clip that they were made from. The
            centres are in their sorted order.

    >>> rows = np.arange(2)
    >>> normals = Embeddings(np.eye(2), np.array(["a", "b"]), rows > 2, rows)
    >>> head = mean_centres(normals, ["fan", "pump"])
    >>> ops.convert_to_numpy(head.centres).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    vectors = np.asarray(embeddings.vectors, "float64")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    directions = vectors / np.maximum(lengths, 1e-12)
    names, labels = np.unique(np.asarray(classes), return_inverse=True)
    # A class whose clips all broke on the way keeps a centre of zeros.
    centres = np.zeros((len(names), vectors.shape[1]))
    np.add.at(centres, labels[embeddings.clips], directions)
    lengths = np.linalg.norm(centres, axis=1, keepdims=True)
    centres = centres / np.maximum(lengths, 1e-12)
    head = ClassCosine(len(centres), is_fixed=True)
    head.build((None, vectors.shape[1]))
    head.centres.assign(centres)
    return head
