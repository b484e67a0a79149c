"""Shapes of the targets and cosines that losses take."""

from keras import ops


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


def subcluster_cosines(cosine, num_classes: int, num_subclusters=None):
    """Cosines with an axis for the sub-clusters, even if there is but one.

    Args:
        cosine: `(batch, num_classes, num_subclusters)`; or `(batch,
            num_classes)`, which is the same for one sub-cluster.
        num_classes: Integer.
        num_subclusters: Integer, or `None` for any number.

    Returns:
        A tensor `(batch, num_classes, num_subclusters)`.

    Raises:
        ValueError: For another shape.

    >>> tuple(subcluster_cosines(ops.ones((2, 5)), num_classes=5).shape)
    (2, 5, 1)
    """
    shape = tuple(cosine.shape)
    per_clip = shape[1:] if len(shape) != 2 else (*shape[1:], 1)
    expected = (num_classes, num_subclusters or per_clip[-1])
    if per_clip != expected:
        count = num_subclusters or "num_subclusters"
        raise ValueError(
            f"`y_pred` must be cosines of shape (batch, {num_classes}, "
            f"{count}), or of (batch, {num_classes}) for one sub-cluster. "
            f"Received: y_pred of shape {shape}. The heads that give them "
            "are `SubclusterCosine` and `ClassCosine`."
        )
    return ops.reshape(cosine, (-1, *expected))


def check_class_weights(y_true, num_classes: int) -> None:
    """Refuses targets that are not one weight a class.

    Args:
        y_true: One-hot or soft classes, `(batch, num_classes)`.
        num_classes: Integer.

    Raises:
        ValueError: For another shape.

    >>> check_class_weights(ops.ones((2, 5)), num_classes=5)
    """
    if tuple(y_true.shape)[1:] != (num_classes,):
        raise ValueError(
            "`y_true` must be one-hot or soft classes of shape (batch, "
            f"{num_classes}). Received: y_true of shape "
            f"{tuple(y_true.shape)}. Add up the two rows of a mixed clip; "
            "`keras.utils.to_categorical` takes numbers of classes."
        )
