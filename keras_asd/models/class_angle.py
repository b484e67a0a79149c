"""Angles between embeddings and the class centres of a head."""

import numpy as np
from keras import ops

NO_ANGLE = -1.0


def class_angle(head, embedding, output, is_class):
    """Degrees to the nearest centre of the clip's classes, `(batch,)`.

    Args:
        head: The head; what it `gives` is `"cosine"`, `"logit"` or `"error"`.
        embedding: `(batch, embedding_dim)`.
        output: What the head made of it, `(batch, num_classes)`.
        is_class: Booleans of the same shape.

    Returns:
        -1 for a head without class centres, and for a machine without a class.

    >>> from keras_asd.layers import ClassCosine
    >>> cosine = ops.array([[0.0, 1.0]])
    >>> angle = class_angle(
    ...     ClassCosine(2), None, cosine, ops.array([[True, False]])
    ... )
    >>> float(angle[0])
    90.0
    """
    if head.gives == "error":
        return ops.full_like(embedding[:, 0], NO_ANGLE)
    cosine = output if head.gives == "cosine" else head.cosine(embedding)
    nearest = ops.max(ops.where(is_class, cosine, -1.0), axis=-1)
    angle = ops.arccos(ops.clip(nearest, -1.0, 1.0)) * (180.0 / np.pi)
    return ops.where(ops.any(is_class, axis=-1), angle, NO_ANGLE)
