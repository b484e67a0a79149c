"""Training clips kept out for validation."""

from collections.abc import Sequence

import numpy as np


def hold_out(
    class_indices: Sequence[int], share: float, seed: int
) -> np.ndarray:
    """Draws clips to keep out of training, class by class.

    A class keeps at least one clip for training, so one with a single clip
    gives none. Where rounding leaves nothing, one clip of the largest class
    is kept out.

    Args:
        class_indices: Class of every clip.
        share: Share to keep out, in `[0, 1)`.
        seed: Of the draw.

    Returns:
        Boolean array, true where a clip is kept out.

    >>> int(hold_out([0] * 40 + [1], share=0.05, seed=0).sum())
    2
    """
    labels = np.asarray(class_indices)
    is_held_out = np.zeros(len(labels), dtype=bool)
    if share <= 0:
        return is_held_out
    generator = np.random.default_rng(seed)
    classes, counts = np.unique(labels, return_counts=True)
    wanted = np.minimum(np.floor(share * counts + 0.5), counts - 1)
    if not wanted.any() and counts.max() > 1:
        wanted[np.argmax(counts)] = 1
    for label, number in zip(classes, wanted, strict=True):
        places = generator.permutation(np.flatnonzero(labels == label))
        is_held_out[places[: int(number)]] = True
    return is_held_out
