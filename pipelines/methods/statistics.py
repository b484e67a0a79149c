"""Whitened statistics: detectors without training."""

import dataclasses
import functools
from collections.abc import Sequence

import numpy as np
from keras import ops
from numpy.typing import NDArray

from keras_asd.layers import ClassCosine
from keras_asd.layers import ViewWhitening
from keras_asd.layers import Whitening
from keras_asd.layers.whitening import has_spread
from keras_asd.models import StatisticsEmbedder
from pipelines.methods.embeddings import Embeddings
from pipelines.methods.embeddings import embed_clips
from pipelines.methods.fitted_scorers import fit_scorer
from pipelines.methods.method import Method


class Statistics(Method):
    """Method of log-Mel statistics, whitened within sections.

    >>> from pipelines.settings.presets import choose_preset
    >>> method = Statistics(choose_preset("training_free"))
    >>> method.build(num_classes=3).embedding_dim
    256
    """

    has_seen_clips = False

    def build(self, num_classes):
        """The embedder, before its whitening is fitted."""
        return self.config.embedder.build(self.config)

    def train(self, tasks, run):
        """The embedder, before its whitening is fitted, and no head."""
        return self.build(0), None

    def embed(self, embedder, head, normals, classes, keys):
        """Whitened embedder, head of mean class centres, and embeddings."""
        measured = embed_clips(
            lambda windows: ops.convert_to_numpy(embedder.statistics(windows)),
            normals,
            self.config,
            "measuring",
        )
        embeddings = fit_whitening(embedder, measured)
        return embedder, mean_centres(embeddings, classes), embeddings

    def embed_more(self, embedder, clips, keys):
        """Embeddings of clips that the embedder was not fitted on."""
        measured = embed_clips(
            lambda windows: ops.convert_to_numpy(embedder.statistics(windows)),
            clips,
            self.config,
        )
        return whiten(embedder, measured)

    def fit_scorer(self, embeddings, groups, head=None):
        """The fitted scorer."""
        again = functools.partial(self.embed_again, embeddings)
        return fit_scorer(self.config, embeddings, groups, head, again)

    def embed_again(self, embeddings, is_fitted):
        """Vectors whose whitening is fitted on the chosen rows only."""
        return whiten_by(self._whitening, embeddings, is_fitted)

    @functools.cached_property
    def _whitening(self) -> Whitening | ViewWhitening:
        return self.config.embedder.build(self.config).whitening


def fit_whitening(
    embedder: StatisticsEmbedder, measured: Embeddings
) -> Embeddings:
    """Fits the embedder's whitening on statistics, and applies it to them.

    Args:
        embedder: Embedder whose whitening is fitted, within sections.
        measured: Statistics as `vectors`, `(windows, features)`.

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
    """Embeddings whose vectors are the whitened statistics.

    Args:
        embedder: Embedder with a fitted whitening.
        measured: Statistics as vectors, `(windows, features)`.

    >>> from pipelines.settings.presets import choose_preset
    >>> config = choose_preset("training_free")
    >>> embedder = config.embedder.build(config)
    >>> rows = np.arange(9)
    >>> statistics = np.random.default_rng(0).normal(size=(9, 256))
    >>> keys = np.array(["fan/a"] * 9)
    >>> measured = Embeddings(statistics, keys, rows < 0, rows)
    >>> _ = fit_whitening(embedder, measured)
    >>> whiten(embedder, measured).statistics is measured.vectors
    True
    """
    vectors = ops.convert_to_numpy(embedder.whitening(measured.vectors))
    return dataclasses.replace(
        measured, vectors=vectors, statistics=measured.vectors
    )


def whiten_by(
    whitening: Whitening | ViewWhitening,
    embeddings: Embeddings,
    is_fitted: NDArray[np.bool_],
) -> NDArray:
    """Whitened statistics, by a new whitening fitted on some rows only.

    If those rows are too few for a spread within sections, such as one clip of
    each section, the whitening is fitted on all rows. It is never fitted on
    enrolled ones.

    Args:
        whitening: Whitening layer with the sizes; it is not changed.
        embeddings: Embeddings with `statistics`, `(windows, features)`.
        is_fitted: Whether each row is used for fitting, `(windows,)`.

    Raises:
        ValueError: If the embeddings have no statistics.

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
    fresh = type(whitening).from_config(
        {**whitening.get_config(), "is_fitted": False}
    )
    _, sections = np.unique(embeddings.keys, return_inverse=True)
    rows = is_fitted
    is_known = np.ones(len(sections), bool)
    if embeddings.is_enrolled is not None:
        is_known = ~embeddings.is_enrolled
        rows = rows & is_known
    if not has_spread(statistics[rows], sections[rows]):
        rows = is_known
    fresh.fit(statistics[rows], sections[rows])
    return ops.convert_to_numpy(fresh(statistics))


def mean_centres(embeddings: Embeddings, classes: Sequence[str]) -> ClassCosine:
    """A head whose class centres are the mean directions of the classes.

    Args:
        embeddings: Embeddings of normal clips.
        classes: Class name of each embedded clip; the centres are in sorted
            order of the names.

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
    # A class none of whose clips could be decoded keeps a centre of zeros.
    centres = np.zeros((len(names), vectors.shape[1]))
    np.add.at(centres, labels[embeddings.clips], directions)
    lengths = np.linalg.norm(centres, axis=1, keepdims=True)
    centres = centres / np.maximum(lengths, 1e-12)
    head = ClassCosine(len(centres), is_fixed=True)
    head.build((None, vectors.shape[1]))
    head.centres.assign(centres)
    return head
