"""Log-sum-exp over the other classes."""

import numpy as np
from keras import ops


def logsumexp_of_others(logits):
    """For every class the `logsumexp` of the logits of all classes but it.

    Args:
        logits: `(batch, num_classes)`.

    Returns:
        A tensor `(batch, num_classes)`.

    >>> others = logsumexp_of_others(ops.array([[1.0, 2.0]]))
    >>> [float(other) for other in others[0]]
    [2.0, 1.0]
    """
    is_own = ops.convert_to_tensor(np.eye(logits.shape[-1], dtype="bool"))
    return ops.logsumexp(ops.where(is_own, -1e30, logits[:, None, :]), axis=-1)


def check_several_classes(input_shape) -> None:
    """Refuses outputs of a head that has but one class.

    Args:
        input_shape: Tuple `(batch, num_classes)`.

    Raises:
        ValueError: For less than two classes.

    >>> check_several_classes((None, 2))
    """
    if input_shape[-1] < 2:
        raise ValueError(
            "The score compares a clip's class with the others, so there "
            "must be at least two classes. Received: outputs of the head of "
            f"shape {tuple(input_shape)}. Add auxiliary classes."
        )
