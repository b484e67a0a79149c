"""Distance to a normal clip, relative to the local density."""

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from keras_asd.scorers.reference_scorer import ReferenceScorer
from keras_asd.scorers.reference_scorer import choose_references
from keras_asd.scorers.training_clips import check_count
from keras_asd.scorers.training_clips import distinct

# A reference among near copies of itself is at least this dense, against
# the group's mean.
LEAST_SPACING = 1e-6
# Up to so many clips all distances are computed at once.
FEW_CLIPS = 300


@keras.saving.register_keras_serializable(package="keras_asd")
class LocalDensity(ReferenceScorer):
    """Distance to a training clip over the spacing there, the least of all.

    The spacing of a reference is its mean distance to its nearest other
    references of the group, source and target clips pooled. So a clip in a
    sparse region, often the target domain, is not strange only because few
    clips are there; no domain has to be known. A group of one clip scores
    the plain distance.

    Its defaults are the package's recommended scorer. They were chosen on
    machine recordings at 6 dB and 0 dB signal-to-noise ratio.

    Args:
        num_neighbors: Integer; no more than there are other references.
        space: String; see `Scorer`. Defaults to `"whitened"`.
        num_groups: Integer, or `None`: as many as `fit` sees.
        num_references: Integer or `None`; see `ReferenceScorer`.
        max_references: Integer; see `ReferenceScorer`. The spacing is measured
            among all clips, also those left out.
        **kwargs: `name` and others of `keras.layers.Layer`.

    Raises:
        ValueError: For a bad count or space.

    >>> clips = [[0.0], [1.0], [10.0], [14.0]]
    >>> scorer = LocalDensity(num_neighbors=1, space="raw").fit(clips)
    >>> scores = scorer(ops.array([[3.0], [16.0]]))[:, 0]
    >>> [round(float(score), 3) for score in scores]
    [1.75, 0.5]

    Reference: Wilkinghoff et al., Keeping the Balance: Anomaly Score
    Calculation for Domain Generalization, ICASSP 2025
    """

    def __init__(
        self,
        num_neighbors=16,
        space="whitened",
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

    def _build_state(self, dim):
        super()._build_state(dim)
        self.spacing = self._add_state("spacing", self.num_references)

    def _fit_group(self, source, target):
        pool = distinct(np.concatenate([source, target]))
        spacing = self._measure_spacing(pool)
        chosen = choose_references(pool, self.max_references)
        return {**self._bank(pool[chosen]), "spacing": spacing[chosen]}

    def _measure_spacing(self, pool) -> NDArray[np.float64]:
        if len(pool) == 1:
            return np.ones(1)
        count = min(self.num_neighbors, len(pool) - 1)
        if len(pool) <= FEW_CLIPS:
            distances = np.array(
                [np.linalg.norm(pool - one, axis=1) for one in pool]
            )
            np.fill_diagonal(distances, np.inf)
            distances = np.partition(distances, count - 1)[:, :count]
        else:
            from sklearn.neighbors import NearestNeighbors

            search = NearestNeighbors(n_neighbors=count).fit(pool)
            distances, _ = search.kneighbors()
        if self.space == "sphere":
            distances = np.square(distances) / 2.0
        spacing = distances.mean(axis=1)
        return np.maximum(spacing, LEAST_SPACING * spacing.mean())

    def _score(self, coordinates):
        # Beside an infinite distance any spacing will do.
        spacing = ops.where(
            self.is_reference > 0, ops.convert_to_tensor(self.spacing), 1.0
        )
        ratios = self._distances(coordinates) / spacing
        best = self._least(ratios)
        exact = self._distance_to(coordinates, best)
        return exact / self._take(spacing, best)

    def get_config(self):
        return {**super().get_config(), "num_neighbors": self.num_neighbors}
