"""Scorers that keep a bank of references for each group."""

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from keras_asd.scorers.scorer import Scorer
from keras_asd.scorers.training_clips import check_count


@keras.saving.register_keras_serializable(package="keras_asd")
class ReferenceScorer(Scorer):
    """Scores by distances to the references of a group.

    The distance is `1 - cos` on the sphere (half the squared chord, so that
    an embedding of zeros is at 1/2 of everything but itself), the Euclidean
    one in other spaces. References are kept about the group's own origin,
    which keeps float32 exact in a tight group far from zero, and the
    distance to the nearest is computed from the difference itself.

    Args:
        space: String; see `Scorer`.
        num_groups: Integer, or `None`: as many as `fit` sees.
        num_references: Integer, the largest bank, or `None`: as `fit` needs.
        max_references: Integer, the most clips a group keeps. A larger
            group is thinned by `choose_references`.
        **kwargs: `name` and others of `keras.layers.Layer`.

    Raises:
        ValueError: For a bad count or space.

    >>> from keras_asd.scorers import NearestNeighbors
    >>> scorer = NearestNeighbors(max_references=2, space="raw")
    >>> scorer.fit([[0.0], [1.0], [1.1], [9.0]]).num_references
    2
    """

    _lengths = {"num_references": "is_reference"}

    def __init__(
        self,
        space="sphere",
        num_groups=None,
        num_references=None,
        max_references=2048,
        **kwargs,
    ):
        super().__init__(space=space, num_groups=num_groups, **kwargs)
        self.num_references = num_references
        self.max_references = check_count("max_references", max_references)

    def _build_state(self, dim):
        self.origin = self._add_state("origin", dim)
        self.references = self._add_state(
            "references", self.num_references, dim
        )
        self.is_reference = self._add_state("is_reference", self.num_references)

    def _bank(self, references: NDArray[np.float64]) -> dict[str, NDArray]:
        """The state that holds the references."""
        origin = references.mean(axis=0).astype("float32")
        return {
            "origin": origin,
            "references": references - origin,
            "is_reference": np.ones(len(references)),
        }

    def _distances(self, coordinates):
        """To every reference, infinite where there is none.

        Shape: `(batch, num_groups, num_references)`.
        """
        moved = coordinates - self.origin
        square = (
            ops.sum(ops.square(moved), axis=-1)[:, :, None]
            + ops.sum(ops.square(self.references), axis=-1)
            - 2.0 * ops.einsum("bgd,grd->bgr", moved, self.references)
        )
        distances = self._distance(ops.maximum(square, 0.0))
        return ops.where(self.is_reference > 0, distances, np.inf)

    def _least(self, distances):
        """Index of the least, the first of equals, `(batch, num_groups)`.

        `argmin` of Keras looks at bits, which export formats do not have.
        """
        return ops.top_k(-distances, 1)[1][..., 0]

    def _distance_to(self, coordinates, index):
        """To the reference at `index`, `(batch, num_groups)`, exactly."""
        nearest = self._take(self.references, index)
        difference = (coordinates - self.origin) - nearest
        return self._distance(ops.sum(ops.square(difference), axis=-1))

    def _distance(self, square):
        return 0.5 * square if self.space == "sphere" else ops.sqrt(square)

    def _take(self, state, index):
        """What each group holds at its index, `(batch, num_groups, ...)`."""
        first = ops.arange(self.num_groups, dtype="int32") * self.num_references
        flat = ops.reshape(state, (-1, *state.shape[2:]))
        return ops.take(flat, ops.cast(index, "int32") + first, axis=0)

    def get_config(self):
        return {**super().get_config(), "max_references": self.max_references}


def choose_references(rows: NDArray[np.float64], count: int) -> NDArray:
    """Returns the indices of `count` rows that cover all of them well.

    Starts at the row nearest the mean, then always takes the row farthest
    from those taken: no clip is farther from the chosen ones than these are
    from each other, and rare kinds of normal clips are kept.

    >>> rows = np.array([[0.0], [0.1], [0.2], [5.0], [9.0]])
    >>> choose_references(rows, 3).tolist()
    [0, 3, 4]

    Reference: Gonzalez, https://doi.org/10.1016/0304-3975(85)90224-5; for
    banks of normal embeddings Roth et al., PatchCore,
    https://arxiv.org/abs/2106.08265
    """
    if len(rows) <= count:
        return np.arange(len(rows))
    rows = rows - rows.mean(axis=0)
    lengths = np.sum(np.square(rows), axis=1)
    chosen = [int(np.argmin(lengths))]
    nearest = np.full(len(rows), np.inf)
    while len(chosen) < count:
        last = chosen[-1]
        square = lengths + lengths[last] - 2.0 * rows @ rows[last]
        nearest = np.minimum(nearest, square)
        nearest[last] = -np.inf
        chosen.append(int(np.argmax(nearest)))
    return np.sort(chosen)
