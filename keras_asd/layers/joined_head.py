"""Heads of several embedders as one head."""

import itertools

import keras
from keras import ops

from keras_asd.composite import Composite


@keras.saving.register_keras_serializable(package="keras_asd")
class JoinedHead(Composite):
    """Heads, each for a part of the embedding; their classes in a row.

    Args:
        heads: Layers from embeddings to classes that give the same, such as
            `TotalError` or `ClassLogits`.
        dims: Length of each head's part of the embedding, in order. What
            lies behind the last part belongs to none.

    Input shape: embeddings `(batch, embedding_dim)`.
    Output shape: `(batch, num_classes)`, all classes of all heads.

    Raises:
        ValueError: For different numbers of heads and parts, or heads that
            give different things.

    >>> from keras_asd.layers.total_error import TotalError
    >>> head = JoinedHead([TotalError(1), TotalError(2)], dims=[2, 1])
    >>> [float(error) for error in head(ops.array([[1.0, 2.0, 9.0]]))[0]]
    [3.0, 9.0, 9.0]
    """

    parts = ("heads",)

    def __init__(self, heads, dims, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.heads = list(heads)
        self.dims = list(dims)
        given = {head.gives for head in self.heads}
        if len(self.heads) != len(self.dims) or len(given) != 1:
            raise ValueError(
                "Heads must give the same, and there must be one for each of "
                f"`dims`. Received: {len(self.heads)} heads that give "
                f"{', '.join(sorted(given)) or 'nothing'}, dims={self.dims}."
            )
        self.gives = given.pop()
        self.num_classes = sum(head.num_classes for head in self.heads)

    def build(self, input_shape):
        for head, dim in zip(self.heads, self.dims, strict=True):
            if not head.built:
                head.build((None, dim))

    def call(self, embedding):
        return self._join(lambda head, part: head(part), embedding)

    def cosine(self, embedding):
        """Cosines to the class centres, where the heads have such."""
        return self._join(lambda head, part: head.cosine(part), embedding)

    def _join(self, function, embedding):
        ends = list(itertools.accumulate(self.dims))
        outputs = [
            function(head, embedding[:, end - dim : end])
            for head, dim, end in zip(self.heads, self.dims, ends, strict=True)
        ]
        # Sub-clusters count as the nearest of them.
        outputs = [
            ops.max(output, axis=-1) if len(output.shape) == 3 else output
            for output in outputs
        ]
        return ops.concatenate(outputs, axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.num_classes)

    def get_config(self):
        return {**super().get_config(), "dims": self.dims}
