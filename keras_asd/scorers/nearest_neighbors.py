"""Distance to the nearest normal clips."""

import keras
import numpy as np
from keras import ops

from keras_asd.numerics import is_finite
from keras_asd.scorers.reference_scorer import ReferenceScorer
from keras_asd.scorers.reference_scorer import choose_references
from keras_asd.scorers.training_clips import check_count
from keras_asd.scorers.training_clips import distinct


@keras.saving.register_keras_serializable(package="keras_asd")
class NearestNeighbors(ReferenceScorer):
    """Mean distance to a group's nearest training clips.

    Source and target clips count alike. The distance is `1 - cos` on the
    sphere, the Euclidean one in other spaces.

    Args:
        num_neighbors: Integer; a smaller group takes all it has.
        space: String; see `Scorer`.
        num_groups: Integer, or `None`: as many as `fit` sees.
        num_references: Integer or `None`; see `ReferenceScorer`.
        max_references: Integer; see `ReferenceScorer`.
        **kwargs: `name` and others of `keras.layers.Layer`.

    Raises:
        ValueError: For a bad count or space.

    >>> scorer = NearestNeighbors(space="raw").fit([[0.0], [2.0], [3.0]])
    >>> [round(float(score), 3) for score in scorer(ops.array([[2.9]]))[0]]
    [0.1]

    Reference: Angiulli & Pizzuti, Fast Outlier Detection in High
    Dimensional Spaces, https://doi.org/10.1007/3-540-45681-3_2
    """

    def __init__(
        self,
        num_neighbors=1,
        space="sphere",
        num_groups=None,
        num_references=None,
        max_references=2048,
        **kwargs,
    ):
        super().__init__(
            space=space,
            num_groups=num_groups,
            num_references=num_references,
            max_references=max_references,
            **kwargs,
        )
        self.num_neighbors = check_count("num_neighbors", num_neighbors)

    def _fit_group(self, source, target):
        pool = distinct(np.concatenate([source, target]))
        return self._bank(pool[choose_references(pool, self.max_references)])

    def _score(self, coordinates):
        distances = self._distances(coordinates)
        nearest = self._distance_to(coordinates, self._least(distances))
        count = min(self.num_neighbors, self.num_references)
        if count == 1:
            return nearest
        others = -ops.top_k(-distances, count)[0][..., 1:]
        is_there = is_finite(others)
        total = nearest + ops.sum(ops.where(is_there, others, 0.0), axis=-1)
        return total / (1.0 + ops.sum(ops.cast(is_there, "float32"), axis=-1))

    def get_config(self):
        return {**super().get_config(), "num_neighbors": self.num_neighbors}
