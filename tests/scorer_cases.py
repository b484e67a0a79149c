"""Scorers for the contract, and made-up embeddings for all their tests."""

import numpy as np

from keras_asd.scorers import Calibration
from keras_asd.scorers import CentreAngle
from keras_asd.scorers import Centroids
from keras_asd.scorers import GaussianMixture
from keras_asd.scorers import HeadScore
from keras_asd.scorers import LocalDensity
from keras_asd.scorers import Mahalanobis
from keras_asd.scorers import MinimumOverDomains
from keras_asd.scorers import NearestNeighbors
from keras_asd.scorers import PeakExcess
from keras_asd.scorers import ScoreSum
from keras_asd.scorers import SelectiveMahalanobis
from keras_asd.scorers import ViewSum
from tests.harness import Case

SPACES = ("sphere", "standardized", "whitened", "raw")
# Every scorer of embeddings in a space, small enough for small groups.
MAKERS = {
    "Centroids": lambda space: Centroids(3, space=space),
    "GaussianMixture": lambda space: GaussianMixture(2, space=space),
    "LocalDensity": lambda space: LocalDensity(3, space=space),
    "Mahalanobis": lambda space: Mahalanobis("domain", space=space),
    "MinimumOverDomains": lambda space: MinimumOverDomains(
        NearestNeighbors(space=space)
    ),
    "NearestNeighbors": lambda space: NearestNeighbors(2, space=space),
}


def draw_clips(sizes, dim=5, seed=0):
    """Embeddings, groups and domains: `sizes` are a group's two domains.

    Dimensions differ a thousandfold in spread, groups in place, and target
    clips lie beside the source clips.
    """
    generator = np.random.default_rng(seed)
    spread = 10.0 ** generator.uniform(-2.0, 1.0, dim)
    parts = []
    for group, domains in enumerate(sizes):
        for is_target, size in enumerate(domains):
            place = generator.normal(size=dim) + is_target
            rows = (generator.normal(size=(size, dim)) + place) * spread
            parts.append((rows, [group] * size, [bool(is_target)] * size))
    embeddings, groups, is_target = (
        np.concatenate(arrays) for arrays in zip(*parts, strict=True)
    )
    return (
        embeddings.astype("float32"),
        groups.astype("int64"),
        is_target.astype(bool),
    )


def make_fitted(make):
    def make_of_size(dim):
        clips = draw_clips([(9, 2), (4, 0), (0, 3)], dim)
        return make("whitened").fit(*clips)

    return make_of_size


def embedding(generator, batch, dim):
    return (generator.normal(size=(batch, dim)).astype("float32"),)


def make_selective_mahalanobis(dim):
    return SelectiveMahalanobis().fit(*draw_clips([(9, 2), (4, 0)], dim))


def make_score_sum(dim):
    parts = [NearestNeighbors(2, space="raw"), LocalDensity(3, space="sphere")]
    made = ScoreSum(parts, [1, dim - 1])
    return made.fit(*draw_clips([(9, 2), (4, 0), (0, 3)], dim))


def make_view_sum(dim):
    parts = [LocalDensity(3, space="raw"), PeakExcess(1)]
    made = ViewSum(parts, [dim - 2, 2], num_whole=1)
    return made.fit(*draw_clips([(9, 2), (4, 0), (0, 3)], dim))


def cosine(generator, batch, num_classes):
    shape = (batch, num_classes)
    return (generator.uniform(-0.99, 0.99, shape).astype("float32"),)


def score_and_key(generator, batch, _):
    scores = generator.normal(size=batch).astype("float32")
    return scores, generator.integers(0, 2, batch).astype("int32")


def make_calibration(_):
    curve = ([-1.0, 0.0, 2.0], [0.0, -1.0, -5.0])
    return Calibration(2).fit([curve, curve], [99, 39])


SCORER_CASES = {
    "scorers.Calibration": Case(
        make=make_calibration,
        inputs=score_and_key,
        sizes=(1,),
        is_trained=False,
    ),
    "scorers.CentreAngle": Case(
        make=lambda _: CentreAngle(), inputs=cosine, sizes=(5, 2)
    ),
    "scorers.HeadScore": Case(
        make=lambda _: HeadScore(), inputs=cosine, sizes=(5, 1)
    ),
    "scorers.PeakExcess": Case(
        make=make_fitted(lambda _: PeakExcess(2)),
        inputs=embedding,
        sizes=(6, 2),
        is_trained=False,
    ),
    "scorers.ViewSum": Case(
        make=make_view_sum,
        inputs=embedding,
        sizes=(6, 4),
        is_trained=False,
    ),
    "scorers.ScoreSum": Case(
        make=make_score_sum,
        inputs=embedding,
        sizes=(6, 4),
        is_trained=False,
    ),
    "scorers.SelectiveMahalanobis": Case(
        make=make_selective_mahalanobis,
        inputs=embedding,
        sizes=(6, 4),
        is_trained=False,
    ),
    **{
        f"scorers.{name}": Case(
            make=make_fitted(make),
            inputs=embedding,
            sizes=(6, 1),
            is_trained=False,
        )
        for name, make in MAKERS.items()
    },
}
