"""Scorers of several networks side by side."""

import dataclasses

import numpy as np
import pytest

from keras_asd.layers import ClassLogits
from keras_asd.layers import JoinedHead
from keras_asd.models import AnomalyDetector
from keras_asd.scorers import JoinedScorer
from pipelines.calibration.normal_scores import calibration_scores
from pipelines.methods.clip_scores import out_of_fold_scores
from pipelines.methods.clip_scores import score_embeddings
from pipelines.methods.embeddings import Embeddings
from pipelines.methods.fitted_scorers import fit_scorer
from pipelines.settings.config import Config
from pipelines.settings.labels import label
from pipelines.settings.losses import ArcFace
from pipelines.settings.losses import CrossEntropy
from pipelines.settings.scorer_choice import list_scorers
from pipelines.settings.scorers import Centroids
from pipelines.settings.scorers import LogOdds
from pipelines.settings.scorers import Mahalanobis
from pipelines.settings.scorers import NearestNeighbors

DIM = 4
SECTIONS = ("fan/00", "fan/02", "pump/00")
GROUPS = {
    "fan": (0, 1),
    "fan/00": (0,),
    "fan/02": (1,),
    "pump": (2,),
    "pump/00": (2,),
}
# Sections of each network, and of each network its place.
NETWORKS = {
    "machine": {"fan": ["fan/00", "fan/02"], "pump": ["pump/00"]},
    "section": {key: [key] for key in SECTIONS},
}
SCORERS = {
    label(scorer): scorer
    for scorer in list_scorers(Config())
    if scorer.is_fitted
}
every_network = pytest.mark.parametrize("networks", NETWORKS)


class FakeEmbedder:
    """Stands where no waveform is embedded."""

    samples = 100
    built = True

    def __init__(self, num_networks):
        self.embedding_dim = DIM * num_networks


def draw(num_networks, num_clips=45, seed=0):
    generator = np.random.default_rng(seed)
    rows = np.arange(num_clips)
    keys = np.array(SECTIONS)[rows % 3]
    vectors = generator.normal(size=(num_clips, DIM * num_networks))
    vectors += (rows % 3)[:, None]
    return Embeddings(vectors.astype("float32"), keys, rows % 4 == 0, rows)


def make_config(networks, scorer):
    return Config(networks=networks, scorer=scorer, loss=ArcFace())


def make_detector(config, normals):
    num_networks = len(NETWORKS[config.networks])
    head = JoinedHead(
        [ClassLogits(1) for _ in range(len(SECTIONS))],
        [DIM] * num_networks if num_networks == 3 else [DIM, DIM, 0],
    )
    if num_networks == 2:
        head = JoinedHead([ClassLogits(2), ClassLogits(1)], [DIM, DIM])
    head.build((None, DIM * num_networks))
    scorer = fit_scorer(config, normals, GROUPS, head)
    embedder = FakeEmbedder(num_networks)
    return AnomalyDetector(embedder, head, scorer, GROUPS, GROUPS)


def parts_of(networks, embeddings):
    """Each network's own dimensions, and its sections' clips."""
    for place, sections in enumerate(NETWORKS[networks].values()):
        own = slice(DIM * place, DIM * (place + 1))
        moved = dataclasses.replace(
            embeddings, vectors=embeddings.vectors[:, own]
        )
        yield moved, sections, np.isin(embeddings.keys, sections)


@every_network
@pytest.mark.parametrize("own", SCORERS.values(), ids=SCORERS)
def test_each_is_fitted_as_if_its_network_were_alone(networks, own):
    normals = draw(len(NETWORKS[networks]))
    scorer = fit_scorer(make_config(networks, own), normals, GROUPS)
    assert isinstance(scorer, JoinedScorer)
    expected = []
    alone = make_config("one", own)
    for moved, sections, is_own in parts_of(networks, normals):
        groups = {key: (place,) for place, key in enumerate(sections)}
        one = fit_scorer(alone, moved.select(is_own), groups)
        expected.append(np.array(one(moved.vectors)))
    np.testing.assert_allclose(
        np.array(scorer(normals.vectors)),
        np.concatenate(expected, axis=1),
        rtol=1e-5,
        atol=1e-5,
    )


def test_scorers_of_heads_are_as_many_as_heads():
    heads = [ClassLogits(3), ClassLogits(2)]
    config = Config(loss=CrossEntropy(), scorer=LogOdds(), networks="machine")
    scorer = fit_scorer(config, draw(2), GROUPS, JoinedHead(heads, [DIM, DIM]))
    assert [type(one).__name__ for one in scorer.scorers] == ["LogOdds"] * 2
    assert scorer.dims == [3, 2]
    plain = fit_scorer(config, draw(1), GROUPS, heads[0])
    assert type(plain).__name__ == "LogOdds"


def test_a_single_machine_s_network_is_not_joined():
    normals = draw(1)
    is_fan = np.char.startswith(normals.keys, "fan")
    groups = {key: own for key, own in GROUPS.items() if "pump" not in key}
    config = make_config("machine", Centroids())
    scorer = fit_scorer(config, normals.select(is_fan), groups)
    assert not isinstance(scorer, JoinedScorer)


@every_network
@pytest.mark.parametrize("kind", [NearestNeighbors, Mahalanobis])
def test_out_of_fold_scores_are_those_of_scorers_that_never_saw_the_clip(
    networks, kind
):
    config = make_config(networks, kind(space="raw"))
    normals = draw(len(NETWORKS[networks]))
    detector = make_detector(config, normals)
    found = out_of_fold_scores(detector, normals, config)
    assert np.isfinite(found).all()
    moved = normals.vectors.copy()
    moved[7] += 100.0
    strange = dataclasses.replace(normals, vectors=moved)
    # Seen in the fit it would be near itself.
    worse = out_of_fold_scores(detector, strange, config)
    assert worse[7] > found[7] + 50.0
    own = score_embeddings(make_detector(config, strange), strange)[:, 0]
    assert own[7] < worse[7] / 2


@every_network
def test_every_key_is_calibrated_with_the_clips_of_its_network(networks):
    config = make_config(networks, NearestNeighbors())
    normals = draw(len(NETWORKS[networks]))
    detector = make_detector(config, normals)
    unseen = np.ones(len(normals.clips), bool)
    found = calibration_scores(detector, normals, config, unseen)
    assert {key: len(one.scores) for key, one in found.items()} == {
        "fan": 30,
        "fan/00": 15,
        "fan/02": 15,
        "pump": 15,
        "pump/00": 15,
    }
    np.testing.assert_allclose(found["pump"].scores, found["pump/00"].scores)
    other = normals.vectors.copy()
    # Dimensions of the first network do not concern the last.
    other[:, :DIM] = np.random.default_rng(5).normal(size=(45, DIM))
    moved = dataclasses.replace(normals, vectors=other)
    again = calibration_scores(detector, moved, config, unseen)
    np.testing.assert_allclose(
        again["pump"].scores, found["pump"].scores, rtol=1e-6
    )
