"""Vectors of length one, with gradients everywhere."""

from keras import ops


def to_unit_length(vectors):
    """The vectors over their length; those of length zero stay zero.

    Gradients are finite there too: an embedding is exactly zero where all
    clips of a batch are equal.

    Args:
        vectors: Tensor `(..., dim)`.

    >>> [round(float(x), 2) for x in to_unit_length(ops.array([3.0, 4.0]))]
    [0.6, 0.8]
    """
    square = ops.sum(ops.square(vectors), axis=-1, keepdims=True)
    return vectors / ops.sqrt(ops.maximum(square, 1e-12))
