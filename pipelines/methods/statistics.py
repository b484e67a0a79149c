"""What stands in for training where the embedder needs none."""

import dataclasses
from collections.abc import Sequence

import numpy as np
from keras import ops

from keras_asd.layers import ClassCosine
from keras_asd.models import StatisticsEmbedder
from pipelines.audio.inspected_clip import InspectedClip
from pipelines.methods.embeddings import Embeddings
from pipelines.methods.embeddings import embed_clips
from pipelines.settings.config import Config
from pipelines.training.embedder import make_embedder


def measure_statistics(
    normals: Sequence[InspectedClip], config: Config
) -> Embeddings:
    """What the embedder of a configuration measures, before whitening.

    Raises:
        ValueError: If no clip could be decoded.

    >>> measure_statistics([], Config(embedder="statistics"))
    Traceback (most recent call last):
    ValueError: There must be clips to embed. Received: 0 clips, none ...
    """
    embedder = make_embedder(config)
    return embed_clips(
        lambda windows: ops.convert_to_numpy(embedder.statistics(windows)),
        normals,
        config,
        "measuring",
    )


def whiten_embedder(
    statistics: Embeddings, config: Config
) -> StatisticsEmbedder:
    """A `StatisticsEmbedder` that is whitened within sections.

    Args:
        statistics: What `measure_statistics` gave for the normal clips.
        config: Settings of the run.

    >>> statistics = Embeddings(
    ...     np.random.default_rng(0).normal(size=(9, 256)),
    ...     np.array(["fan/id_00"] * 9), np.zeros(9, bool), np.arange(9))
    >>> config = Config(embedder="statistics", num_mel_bins=32)
    >>> whiten_embedder(statistics, config).embedding_dim
    128
    """
    embedder = make_embedder(config)
    _, sections = np.unique(statistics.keys, return_inverse=True)
    embedder.fit(statistics.vectors, sections)
    return embedder


def whiten(embedder: StatisticsEmbedder, statistics: Embeddings) -> Embeddings:
    """The embeddings that measured statistics become.

    >>> statistics = Embeddings(
    ...     np.random.default_rng(0).normal(size=(9, 256)),
    ...     np.array(["fan/id_00"] * 9), np.zeros(9, bool), np.arange(9))
    >>> config = Config(embedder="statistics", num_mel_bins=32)
    >>> whiten(whiten_embedder(statistics, config), statistics).vectors.shape
    (9, 128)
    """
    vectors = ops.convert_to_numpy(embedder.whitening(statistics.vectors))
    return dataclasses.replace(statistics, vectors=vectors)


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
