"""Checks of the targets that the losses take."""


def check_targets(y_true, y_pred, num_rows: int) -> None:
    """Refuses targets whose shape does not fit the cosines.

    Args:
        y_true: `(batch, num_classes)`, or `(batch, 2, num_classes)` where
            `num_rows` is 2.
        y_pred: Cosines `(batch, num_classes)`.
        num_rows: 1 for one-hot targets, 2 for those of a mixed clip.

    Raises:
        ValueError: If the shapes differ from that.

    >>> import numpy as np
    >>> check_targets(np.ones((8, 2, 41)), np.ones((8, 41)), num_rows=2)
    """
    num_classes = y_pred.shape[-1]
    expected = (2, num_classes) if num_rows == 2 else (num_classes,)
    if tuple(y_true.shape[1:]) != expected:
        shape = ", ".join(map(str, ("batch", *expected)))
        raise ValueError(
            f"`y_true` must have shape ({shape}) for cosines of shape "
            f"{tuple(y_pred.shape)}. Received: {tuple(y_true.shape)}. "
            + (
                "Row 0 is `mix_weight * one_hot(first)`, row 1 is "
                "`(1 - mix_weight) * one_hot(second)`."
                if num_rows == 2
                else "`ArcMix` and `NoisyArcMix` take mixed targets."
            )
        )
