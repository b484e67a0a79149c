"""Which of several networks it is that judges a clip."""

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
    """Anomaly scores `(batch,)` of embeddings, held against one machine.

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
    place = list(detector.keys).index(key)
    places = ops.full((ops.shape(embeddings)[0],), place, dtype="int32")
    return detector.score(embeddings, places)["anomaly_score"]


def own_network(
    detector: AnomalyDetector, embedding: np.ndarray, key: str
) -> tuple[keras.Model, slice]:
    """The network that judges a window, and its part of the embedding.

    Where a machine has several, it is the one that finds the window least
    strange, as in the machine's score. A network and statistics whose scores
    are added up judge together.

    Args:
        detector: Of one network, or of several.
        embedding: Of the window, `(embedding_dim,)`.
        key: What it is held against.

    >>> from keras_asd.layers import TotalError
    >>> from keras_asd.models import ReconstructionEmbedder
    >>> from keras_asd.scorers import HeadScore
    >>> embedder = ReconstructionEmbedder(samples=8_000, num_mel_bins=8)
    >>> detector = AnomalyDetector(
    ...     embedder, TotalError(1), HeadScore(), {"fan": [0]})
    >>> own_network(detector, np.ones(12), "fan")[1]
    slice(0, 12, None)
    """
    embedder, keys = detector.embedder, detector.keys
    is_sum = isinstance(detector.scorer, ScoreSum)
    if is_sum or not isinstance(embedder, JoinedEmbedder):
        return embedder, slice(0, embedder.embedding_dim)
    counts = [head.num_classes for head in detector.head.heads]
    owners = np.repeat(np.arange(len(counts)), counts)
    scores = {
        int(owners[classes[0]]): float(
            score_against(detector, embedding[None], name)[0]
        )
        for name, classes in keys.items()
        if set(classes) <= set(keys[key]) and np.ptp(owners[classes]) == 0
    }
    place = min(scores, key=scores.__getitem__)
    start = sum(embedder.dims[:place])
    return embedder.embedders[place], slice(start, start + embedder.dims[place])


def directions(detector: AnomalyDetector, vectors: np.ndarray) -> np.ndarray:
    """Embeddings of length one, or parts of them whose scores are added up.

    Args:
        detector: Of one network, or of several.
        vectors: Of what judges together, `(windows, dim)`.

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
