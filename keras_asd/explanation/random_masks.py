"""Smooth random masks."""

from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np


def random_masks(
    num_masks: int,
    shape: Sequence[int],
    cells: int | Sequence[int] = 7,
    keep: float = 0.5,
    seed: int = 0,
) -> Iterator[np.ndarray]:
    """Yields masks: a coarse grid of zeros and ones, enlarged and shifted.

    Each point of the grid is 1 with probability `keep`, the values between
    its points are interpolated linearly along every axis, and the grid lies
    at random against the mask, by up to one cell. Every value has the mean
    `keep` and the variance `mask_variance(len(shape), keep)`.

    Args:
        num_masks: Number of masks; a larger number begins with the same masks.
        shape: Shape of a mask: `(bins,)` or `(frames, bins)`.
        cells: Number of cells along every axis, or along each; at most its
            length.
        keep: Probability of a 1, between 0 and 1.
        seed: Integer, not negative.

    Yields:
        float32 arrays of shape `shape`, values in `[0, 1]`.

    Raises:
        ValueError: If an argument is out of its range; at the first mask.

    >>> [mask.shape for mask in random_masks(2, (30, 20), cells=(7, 5))]
    [(30, 20), (30, 20)]

    Reference: Petsiuk et al., https://arxiv.org/abs/1806.07421
    """
    shape = tuple(shape)
    if isinstance(cells, int):
        cells = (cells,) * len(shape)
    _check(num_masks, shape, cells, keep)
    generator = np.random.default_rng(seed)
    for _ in range(num_masks):
        points = [number + 2 for number in cells]
        mask = (generator.random(points) < keep).astype("float32")
        for axis, (length, number) in enumerate(zip(shape, cells, strict=True)):
            position = np.arange(length) * number / length + generator.random()
            before = position.astype("int64")
            part = (position - before).astype("float32")
            part = part.reshape([-1] + [1] * (len(shape) - axis - 1))
            mask = (1 - part) * np.take(mask, before, axis) + part * np.take(
                mask, before + 1, axis
            )
        yield mask


def mask_variance(num_axes: int, keep: float) -> float:
    """Variance of any value of a mask of `random_masks`.

    Of two neighbouring grid points, `1 - u` and `u` of their value are taken
    with `u` uniform, so each axis brings the factor `E[(1 - u)^2 + u^2] =
    2 / 3`.

    >>> round(mask_variance(2, 0.5), 6)
    0.111111
    """
    return keep * (1 - keep) * (2 / 3) ** num_axes


def _check(num_masks, shape, cells, keep) -> None:
    if num_masks < 2:
        raise ValueError(
            "`num_masks` must be at least 2. "
            f"Received: num_masks={num_masks}. Thousands make a smooth map."
        )
    if len(cells) != len(shape) or not all(
        0 < number <= length
        for number, length in zip(cells, shape, strict=False)
    ):
        raise ValueError(
            "`cells` must be an integer, or one for each axis, from 1 to the "
            f"axis's length. Received: cells={cells}, shape={shape}."
        )
    if not 0 < keep < 1:
        raise ValueError(
            "`keep` must lie between 0 and 1. "
            f"Received: keep={keep}. Otherwise all masks are the same."
        )
