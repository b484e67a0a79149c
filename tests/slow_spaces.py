"""Spaces and distances computed one clip at a time, in double precision."""

import numpy as np
from sklearn.covariance import LedoitWolf


def slow_space(space, clips):
    """A function from one embedding to its coordinates among the clips."""
    clips = np.asarray(clips, "float64")
    mean, spread = clips.mean(axis=0), clips.std(axis=0)
    if space == "raw":
        return lambda row: np.asarray(row, "float64")
    if space == "sphere":
        return lambda row: (
            np.asarray(row, "float64")
            / np.linalg.norm(np.asarray(row, "float64"))
        )
    if space == "standardized":
        return lambda row: (row - mean) / spread
    covariance = LedoitWolf().fit((clips - mean) / spread).covariance_
    root = np.linalg.cholesky(covariance)
    return lambda row: np.linalg.solve(root, (row - mean) / spread)


def slow_distance(space, one, other):
    """Between coordinates: `1 - cos` on the sphere, else Euclidean."""
    if space == "sphere":
        return 1.0 - one @ other
    return float(np.sqrt(np.sum((one - other) ** 2)))


def by_hand(space, embeddings, groups, rows, score):
    """Scores `(rows, groups)`, NaN where a group has no clip.

    `score` takes the coordinates of a row and of a group's clips, and which
    clips of all they are.
    """
    scores = np.full((len(rows), groups.max() + 1), np.nan)
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        move = slow_space(space, embeddings[members])
        clips = np.array([move(clip) for clip in embeddings[members]])
        for place, row in enumerate(rows):
            scores[place, group] = score(move(row), clips, members)
    return scores
