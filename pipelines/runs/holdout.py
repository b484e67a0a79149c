"""Hold-out split: training clips kept for validation."""

from collections.abc import Sequence

import numpy as np


def hold_out(
    class_indices: Sequence[int], share: float, seed: int
) -> np.ndarray:
    """Draws clips to hold out from training, class by class.

    Every class keeps at least one clip for training, so no clip is held out of
    a class with a single clip. Where rounding yields no clip at all, one clip
    of the largest class is held out.

    Args:
        class_indices: Class index of every clip, `(clips,)`.
        share: Share of clips to hold out, in `[0, 1)`.
        seed: Seed of the draw.

    Returns:
        Boolean array, `(clips,)`, true for held-out clips.

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
