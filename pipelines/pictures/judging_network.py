"""Judging network: which of several networks scores a clip."""

import keras
import numpy as np
from keras import KerasTensor
from keras import ops

from keras_asd.models import AnomalyDetector
from keras_asd.models import JoinedEmbedder
from keras_asd.scorers import ScoreSum


def score_against(
    detector: AnomalyDetector, embeddings: np.ndarray, key: str
) -> KerasTensor:
    """Returns anomaly scores `(batch,)` of embeddings for one machine.

    >>> from keras_asd.layers import TotalError
    >>> from keras_asd.models import ReconstructionEmbedder
    >>> from keras_asd.scorers import HeadScore
    >>> embedder = ReconstructionEmbedder(samples=8_000, num_mel_bins=8)
    >>> detector = AnomalyDetector(
    ...     embedder, TotalError(1), HeadScore(), {"fan": [0]})
    >>> float(score_against(detector, np.ones((1, 12)), "fan")[0])
    12.0
    """
    embeddings = ops.convert_to_tensor(embeddings, dtype="float32")
    index = list(detector.keys).index(key)
    keys = ops.full((ops.shape(embeddings)[0],), index, dtype="int32")
    return detector.score(embeddings, keys)["anomaly_score"]


def find_judging_network(
    detector: AnomalyDetector, embedding: np.ndarray, key: str
) -> tuple[keras.Model, slice]:
    """Returns the network that judges a window, and its part of the embedding.

    Of several networks of a machine it is the one with the lowest score, as in
    the machine's score. A network and statistics whose scores are added up
    judge together.

    Args:
        detector: Detector of one network, or of several.
        embedding: Embedding of the window, `(embedding_dim,)`.
        key: Key of the machine that it is compared with.

    >>> from keras_asd.layers import TotalError
    >>> from keras_asd.models import ReconstructionEmbedder
    >>> from keras_asd.scorers import HeadScore
    >>> embedder = ReconstructionEmbedder(samples=8_000, num_mel_bins=8)
    >>> detector = AnomalyDetector(
    ...     embedder, TotalError(1), HeadScore(), {"fan": [0]})
    >>> find_judging_network(detector, np.ones(12), "fan")[1]
    slice(0, 12, None)
    """
    embedder, keys = detector.embedder, detector.keys
    is_sum = isinstance(detector.scorer, ScoreSum)
    if is_sum or not isinstance(embedder, JoinedEmbedder):
        return embedder, slice(0, detector.embedding_dim)
    counts = [head.num_classes for head in detector.head.heads]
    owners = np.repeat(np.arange(len(counts)), counts)
    scores = {
        int(owners[classes[0]]): float(
            score_against(detector, embedding[None], name)[0]
        )
        for name, classes in keys.items()
        if set(classes) <= set(keys[key]) and np.ptp(owners[classes]) == 0
    }
    index = min(scores, key=scores.__getitem__)
    start = sum(embedder.dims[:index])
    return embedder.embedders[index], slice(start, start + embedder.dims[index])


def directions(detector: AnomalyDetector, vectors: np.ndarray) -> np.ndarray:
    """Returns embeddings of length one, by parts whose scores are added up.

    Args:
        detector: Detector of one network, or of several.
        vectors: Embeddings of what judges together, `(windows, dim)`.

    >>> from keras_asd.layers import ClassCosine
    >>> from keras_asd.models import ReconstructionEmbedder
    >>> from keras_asd.scorers import NearestNeighbors
    >>> scorer = ScoreSum([NearestNeighbors(), NearestNeighbors()], [1, 2])
    >>> scorer = scorer.fit(np.random.default_rng(0).normal(size=(9, 3)))
    >>> embedder = ReconstructionEmbedder(samples=8_000, num_mel_bins=8)
    >>> detector = AnomalyDetector(
    ...     embedder, ClassCosine(1), scorer, {"fan": [0]})
    >>> directions(detector, np.array([[9.0, 3.0, -4.0]])).tolist()
    [[1.0, 0.6, -0.8]]
    """
    scorer = detector.scorer
    dims = scorer.dims if isinstance(scorer, ScoreSum) else [vectors.shape[1]]
    parts = np.split(vectors, np.cumsum(dims)[:-1], axis=1)
    return np.hstack(
        [
            part
            / np.maximum(np.linalg.norm(part, axis=1, keepdims=True), 1e-12)
            for part in parts
        ]
    )
