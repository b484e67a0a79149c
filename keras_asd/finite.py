"""Finite numbers, recognised by a comparison."""

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
