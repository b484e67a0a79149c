"""Scorers of several embedders as one scorer."""

import itertools

import keras
import numpy as np
from keras import ops

from keras_asd.composite import Composite


@keras.saving.register_keras_serializable(package="keras_asd")
class JoinedScorer(Composite):
    """Scorers, each for a part of what they read; their groups in a row.

    Args:
        scorers: Scorers that read the same: embeddings, or the head.
        dims: Length of each scorer's part: dimensions of embeddings, or
            classes of the head.

    Input shape: what the scorers read, parts in a row.
    Output shape: `(batch, num_groups)`, the groups (or classes) of the first
    scorer, then those of the second, and so on.

    Raises:
        ValueError: For different numbers of scorers and parts, or scorers
            that read different things.

    >>> from keras_asd.scorers.nearest_neighbors import NearestNeighbors
    >>> first, second = (NearestNeighbors(space="raw") for _ in range(2))
    >>> scorer = JoinedScorer([first, second], dims=[1, 1])
    >>> scorer.fit([[0.0, 7.0], [7.0, 3.0]], parts=[0, 1], groups=[0, 0])
    <JoinedScorer name=...>
    >>> [float(score) for score in scorer(ops.array([[1.0, 5.0]]))[0]]
    [1.0, 2.0]
    """

    parts = ("scorers",)

    def __init__(self, scorers, dims, **kwargs):
        super().__init__(**{"dtype": "float32", "trainable": False, **kwargs})
        self.scorers = list(scorers)
        self.dims = list(dims)
        read = {scorer.reads for scorer in self.scorers}
        if len(self.scorers) != len(self.dims) or len(read) != 1:
            raise ValueError(
                "Scorers must read the same, and there must be one for each "
                f"of `dims`. Received: {len(self.scorers)} scorers that read "
                f"{', '.join(sorted(read)) or 'nothing'}, dims={self.dims}."
            )
        self.reads = read.pop()

    @property
    def num_groups(self):
        """Columns of all the scorers, once they are fitted."""
        return sum(scorer.num_groups for scorer in self.scorers)

    def fit(self, embeddings, parts, groups, is_target=None):
        """Fits each scorer on the clips of its own part.

        Args:
            embeddings: Embeddings of normal clips, `(clips, embedding_dim)`.
            parts: Index of each clip's scorer, `(clips,)`.
            groups: Group of each clip within its part, from 0, `(clips,)`.
            is_target: Booleans `(clips,)`; see `Scorer.fit`.

        Returns:
            The scorer itself.
        """
        embeddings, parts = np.asarray(embeddings), np.asarray(parts)
        groups = np.asarray(groups)
        if is_target is None:
            is_target = np.zeros(len(parts), bool)
        is_target = np.asarray(is_target)
        for index, (scorer, columns) in enumerate(self._parts()):
            chosen = parts == index
            scorer.fit(
                embeddings[chosen][:, columns],
                groups[chosen],
                is_target[chosen],
            )
        return self

    def with_groups_of(self, other, groups):
        """This scorer, with some groups as another one has them.

        Args:
            other: Fitted scorer of the same kind, settings and groups.
            groups: Groups to take from it.
        """
        made, first = [], 0
        for own, others in zip(self.scorers, other.scorers, strict=True):
            last = first + own.num_groups
            chosen = [
                group - first for group in groups if first <= group < last
            ]
            made.append(own.with_groups_of(others, chosen) if chosen else own)
            first = last
        made = type(self)(made, self.dims)
        made.build(None)
        return made

    def _parts(self):
        ends = itertools.accumulate(self.dims)
        for scorer, dim, end in zip(self.scorers, self.dims, ends, strict=True):
            yield scorer, slice(end - dim, end)

    def build(self, input_shape):
        for scorer, dim in zip(self.scorers, self.dims, strict=True):
            if not scorer.built:
                scorer.build((None, dim))

    def call(self, inputs):
        scores = [
            scorer(inputs[:, columns]) for scorer, columns in self._parts()
        ]
        return ops.concatenate(scores, axis=-1)

    def compute_output_shape(self, input_shape):
        shapes = [
            scorer.compute_output_shape((*input_shape[:-1], dim))
            for scorer, dim in zip(self.scorers, self.dims, strict=True)
        ]
        return (*input_shape[:-1], sum(shape[-1] for shape in shapes))

    def get_config(self):
        return {**super().get_config(), "dims": self.dims}
