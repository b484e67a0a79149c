"""Score fusion of a trained network and training-free statistics."""

import dataclasses
import functools

import numpy as np
from keras import ops

from keras_asd.layers import JoinedHead
from keras_asd.models import JoinedEmbedder
from keras_asd.models import StatisticsEmbedder
from keras_asd.models.sizes import read_embedding_dim
from keras_asd.scorers import ScoreSum
from pipelines.methods.embeddings import embed_clips
from pipelines.methods.networks import Networks
from pipelines.methods.statistics import whiten_by
from pipelines.settings.config import Config
from pipelines.settings.presets import choose_preset


class Fused(Networks):
    """Method that adds the scores of a network and of whitened statistics.

    The detector's embedding is that of the network followed by the statistics.

    >>> config = choose_preset("dual_branch_fused")
    >>> Fused(config).build_statistics().embedding_dim
    256
    """

    @property
    def beside(self) -> Config:
        """Settings of the statistics: the preset `training_free`."""
        return dataclasses.replace(
            choose_preset("training_free"),
            sampling_rate=self.config.sampling_rate,
            clip_seconds=self.config.clip_seconds,
        )

    def build_statistics(self) -> StatisticsEmbedder:
        """The embedder of the statistics, before its whitening is fitted."""
        return self.beside.embedder.build(self.beside)

    def embed(self, embedder, head, normals, classes, keys):
        """Joined embedder and head, and the joined embeddings."""
        statistics = self.build_statistics()

        def measure(windows: np.ndarray) -> np.ndarray:
            parts = [
                embedder.predict_on_batch(windows),
                ops.convert_to_numpy(statistics.statistics(windows)),
            ]
            return np.concatenate(parts, axis=1)

        both = embed_clips(measure, normals, self.config)
        dim = read_embedding_dim(embedder, self.config.samples)
        measured = both.vectors[:, dim:]
        _, sections = np.unique(both.keys, return_inverse=True)
        statistics.fit(measured, sections)
        whitened = ops.convert_to_numpy(statistics.whitening(measured))
        vectors = np.concatenate([both.vectors[:, :dim], whitened], axis=1)
        return (
            JoinedEmbedder([embedder, statistics]),
            JoinedHead([head], [dim]),
            dataclasses.replace(both, vectors=vectors, statistics=measured),
        )

    def fit_scorer(self, embeddings, groups, head=None):
        """Sum of the network's scorer and the scorer of the statistics."""
        beside = self.beside
        behind = self.build_statistics().embedding_dim
        dims = [embeddings.vectors.shape[1] - behind, behind]
        scorers = [
            self.config.scorer.build(self.config),
            beside.scorer.build(beside),
        ]
        indices = [groups[key][0] for key in embeddings.keys.tolist()]
        return ScoreSum(scorers, dims).fit(
            embeddings.vectors,
            np.array(indices),
            embeddings.is_target,
            embeddings.clips,
            functools.partial(self.embed_again, embeddings),
        )

    def embed_again(self, embeddings, is_fitted):
        """Vectors whose whitening is fitted on the chosen rows only."""
        statistics = self.build_statistics()
        vectors = whiten_by(statistics.whitening, embeddings, is_fitted)
        kept = embeddings.vectors[:, : -statistics.embedding_dim]
        return np.concatenate([kept, vectors], axis=1)
