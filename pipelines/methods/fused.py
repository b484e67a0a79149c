"""Score fusion of a trained network and training-free statistics."""

import dataclasses
import functools
from collections.abc import Callable

import keras
import numpy as np
from keras import ops

from keras_asd.layers import JoinedHead
from keras_asd.models import JoinedEmbedder
from keras_asd.models import StatisticsEmbedder
from keras_asd.models.sizes import read_embedding_dim
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
        """Settings of the statistics: the preset that `fusion` names."""
        return dataclasses.replace(
            choose_preset(self.config.fusion),
            sampling_rate=self.config.sampling_rate,
            clip_seconds=self.config.clip_seconds,
        )

    def build_statistics(self) -> StatisticsEmbedder:
        """The embedder of the statistics, before its whitening is fitted."""
        return self.beside.embedder.build(self.beside)

    def embed(self, embedder, head, normals, classes, keys):
        """Joined embedder and head, and the joined embeddings."""
        statistics = self.build_statistics()
        measure = self.measure_by(embedder, statistics)
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

    def embed_more(self, embedder, clips, keys):
        """Joined embeddings of clips that came after the training."""
        network, statistics = embedder.embedders
        measure = self.measure_by(network, statistics)
        both = embed_clips(measure, clips, self.config)
        measured = both.vectors[:, embedder.dims[0] :]
        whitened = ops.convert_to_numpy(statistics.whitening(measured))
        kept = both.vectors[:, : embedder.dims[0]]
        vectors = np.concatenate([kept, whitened], axis=1)
        return dataclasses.replace(both, vectors=vectors, statistics=measured)

    @staticmethod
    def measure_by(
        embedder: keras.Model, statistics: StatisticsEmbedder
    ) -> Callable[[np.ndarray], np.ndarray]:
        """A function from windows to embeddings and statistics in a row.

        Args:
            embedder: Trained network.
            statistics: Embedder whose statistics are not whitened.
        """

        def measure(windows: np.ndarray) -> np.ndarray:
            parts = [
                embedder.predict_on_batch(windows),
                ops.convert_to_numpy(statistics.statistics(windows)),
            ]
            return np.concatenate(parts, axis=1)

        return measure

    def fit_scorer(self, embeddings, groups, head=None):
        """Sum of the network's scorer and the scorer of the statistics."""
        beside = self.beside
        behind = self.build_statistics().embedding_dim
        dim = embeddings.vectors.shape[1] - behind
        scorer = beside.scorer.build_fused(
            beside, self.config.scorer.build(self.config), dim
        )
        indices = [groups[key][0] for key in embeddings.keys.tolist()]
        return scorer.fit(
            embeddings.vectors,
            np.array(indices),
            embeddings.is_target,
            embeddings.left_out_together,
            functools.partial(self.embed_again, embeddings),
        )

    def embed_again(self, embeddings, is_fitted):
        """Vectors whose whitening is fitted on the chosen rows only."""
        statistics = self._blank_statistics
        vectors = whiten_by(statistics.whitening, embeddings, is_fitted)
        kept = embeddings.vectors[:, : -statistics.embedding_dim]
        return np.concatenate([kept, vectors], axis=1)

    @functools.cached_property
    def _blank_statistics(self) -> StatisticsEmbedder:
        return self.build_statistics()
