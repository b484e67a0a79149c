"""Distance to k-means centroids and target clips, as published."""

import keras
import numpy as np

from keras_asd.scorers.reference_scorer import ReferenceScorer
from keras_asd.scorers.reference_scorer import choose_references
from keras_asd.scorers.training_clips import check_count


@keras.saving.register_keras_serializable(package="keras_asd")
class Centroids(ReferenceScorer):
    """Least distance to the source clips' centroids and any target clip.

    Many source clips are summed up by k-means; of the few target clips
    every one counts. On the sphere the score is the least `1 - <z, r>`,
    where a centroid `r` is as short as its cluster is loose, as in the
    published code; `is_normalized=True` scales centroids to length one and
    makes it a cosine distance. In other spaces it is the least Euclidean
    distance.

    Args:
        num_centroids: Integer; no more than there are source clips.
        is_normalized: Whether centroids are scaled to length one, on the
            sphere only.
        space: String; see `Scorer`.
        num_groups: Integer, or `None`: as many as `fit` sees.
        num_references: Integer or `None`; see `ReferenceScorer`.
        max_references: Integer, centroids and target clips together;
            beyond it `choose_references` thins the target clips.
        **kwargs: `name` and others of `keras.layers.Layer`.

    Raises:
        ValueError: For a bad count or space, no room for target clips, or
            `is_normalized` in another space than the sphere.

    >>> clips = [[3.0, 0.0], [2.0, 0.0], [0.0, 5.0]]
    >>> scorer = Centroids(1).fit(clips, is_target=[False, False, True])
    >>> [round(float(score), 3) for score in scorer(np.array([[3.0, 4.0]]))[0]]
    [0.2]

    Reference: Wilkinghoff & Kurth, https://arxiv.org/abs/2309.15643
    """

    def __init__(
        self,
        num_centroids=16,
        is_normalized=False,
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
        self.num_centroids = check_count("num_centroids", num_centroids)
        self.is_normalized = is_normalized
        if num_centroids >= max_references:
            raise ValueError(
                "`max_references` must leave room for target clips. Received: "
                f"max_references={max_references}, "
                f"num_centroids={num_centroids}."
            )
        if is_normalized and space != "sphere":
            raise ValueError(
                "`is_normalized` has a meaning on the sphere only. Received: "
                f"is_normalized={is_normalized}, space={space!r}."
            )

    def _build_state(self, dim):
        super()._build_state(dim)
        self.handicap = self._add_state("handicap", self.num_references)

    def _fit_group(self, source, target):
        centroids = self._fit_centroids(source)
        room = self.max_references - self.num_centroids
        target = target[choose_references(target, room)]
        references = np.concatenate([centroids, target])
        state = self._bank(references)
        # 1 - <z, r> is half the squared chord and this, for z of length one.
        handicap = np.zeros(len(references))
        if self.space == "sphere":
            square = np.sum(np.square(centroids), axis=1)
            handicap[: len(centroids)] = (1.0 - square) / 2.0
        return {**state, "handicap": handicap}

    def _fit_centroids(self, source):
        if not len(source):
            return source
        from sklearn.cluster import KMeans

        count = min(self.num_centroids, len(source))
        means = KMeans(count, n_init=10, random_state=0).fit(source)
        centroids = means.cluster_centers_
        if self.is_normalized:
            length = np.linalg.norm(centroids, axis=1, keepdims=True)
            centroids = centroids / np.where(length > 0, length, 1.0)
        return centroids

    def _score(self, coordinates):
        total = self._distances(coordinates) + self.handicap
        nearest = self._least(total)
        exact = self._distance_to(coordinates, nearest)
        return exact + self._take(self.handicap, nearest)

    def get_config(self):
        return {
            **super().get_config(),
            "num_centroids": self.num_centroids,
            "is_normalized": self.is_normalized,
        }
