"""Scorers fitted on the embeddings of normal clips."""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence

import keras
import numpy as np

from keras_asd.layers import JoinedHead
from keras_asd.scorers import JoinedScorer
from pipelines.methods.embeddings import Embeddings
from pipelines.runs.labels import part_name
from pipelines.settings.config import Config


def fit_scorer(
    config: Config,
    embeddings: Embeddings,
    groups: Mapping[str, Sequence[int]],
    head: keras.layers.Layer | None = None,
    embed_again: Callable[[np.ndarray], np.ndarray] | None = None,
) -> keras.layers.Layer:
    """Builds and fits the configured scorer, one for each network.

    Args:
        config: Settings of the run.
        embeddings: Embeddings of normal clips.
        groups: Mapping from `<machine>/<section>` to its one group, see
            `LabelMap.groups`.
        head: Head of the detector, which has the number of classes of each
            network.
        embed_again: Function from booleans, the rows that the embedder is
            fitted on, to all vectors, for a scorer that leaves clips out.

    >>> from pipelines.settings.scorers import NearestNeighbors
    >>> rows = np.arange(4)
    >>> keys = np.array(["fan/a"] * 4)
    >>> normals = Embeddings(np.eye(4, 8), keys, rows > 4, rows)
    >>> config = Config(scorer=NearestNeighbors())
    >>> fit_scorer(config, normals, {"fan/a": (0,)}).num_groups
    1
    """
    reads_head = config.scorer.reads_head
    if reads_head and isinstance(head, JoinedHead):
        counts = [part.num_classes for part in head.heads]
        scorers = [config.scorer.build(config) for _ in counts]
        return JoinedScorer(scorers, counts)
    indices = np.array([groups[key][0] for key in embeddings.keys.tolist()])
    if config.scorer.leaves_out:
        return config.scorer.build(config).fit(
            embeddings.vectors,
            indices,
            embeddings.is_target,
            embeddings.left_out_together,
            embed_again,
        )
    sections = {key: groups[key][0] for key in groups if "/" in key}
    names = sorted({part_name(key, config.networks) for key in sections})
    if reads_head or len(names) < 2:
        return config.scorer.build(config).fit(
            embeddings.vectors, indices, embeddings.is_target
        )
    # The groups of one network are consecutive.
    parts = np.zeros(len(sections), int)
    for key, group in sections.items():
        parts[group] = names.index(part_name(key, config.networks))
    firsts = np.searchsorted(parts, np.arange(len(names)))
    if isinstance(head, JoinedHead):
        dims = head.dims
    else:
        dims = [embeddings.vectors.shape[1] // len(names)] * len(names)
    scorers = [config.scorer.build(config) for _ in names]
    return JoinedScorer(scorers, dims).fit(
        embeddings.whole(sum(dims)),
        parts[indices],
        indices - firsts[parts[indices]],
        embeddings.is_target,
    )
