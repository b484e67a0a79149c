"""Finite numbers, and vectors of length one."""

import numpy as np
from keras import ops

LARGEST = float(np.finfo("float32").max)


def is_finite(values):
    """Returns booleans, as `keras.ops.isfinite` does, in float32.

    A comparison is part of every format that a model is exported to;
    `isfinite` is not. No comparison with NaN holds.

    >>> np.array(is_finite(ops.array([1.0, np.nan, -np.inf]))).tolist()
    [True, False, False]
    """
    return ops.abs(ops.cast(values, "float32")) <= LARGEST


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
