import numpy as np
import pytest

from keras_asd.layers import JoinedHead
from keras_asd.layers import TotalError
from keras_asd.models import AnomalyDetector
from keras_asd.scorers import HeadScore
from keras_asd.scorers import NearestNeighbors
from keras_asd.scorers import ScoreSum
from pipelines.pictures.judging_network import find_judging_network
from pipelines.pictures.judging_network import score_against
from tests.joined_cases import make_joined

KEYS = {
    "fan": [0, 1],
    "fan/00": [0],
    "fan/02": [1],
    "pump": [2],
    "pump/00": [2],
}


@pytest.fixture(scope="module")
def detector():
    """Of a network for each section."""
    embedder = make_joined(4096, num_networks=3)
    head = JoinedHead([TotalError(1) for _ in "abc"], embedder.dims)
    return AnomalyDetector(embedder, head, HeadScore(), KEYS)


def make_embedding(*errors):
    return np.repeat(np.array(errors, "float32"), 12)


def test_parts_whose_scores_are_added_up_judge_together():
    embedder = make_joined(4096)
    scorer = ScoreSum([NearestNeighbors(), NearestNeighbors()], [12, 12])
    clips = np.random.default_rng(0).normal(size=(20, 24))
    detector = AnomalyDetector(
        embedder,
        JoinedHead([TotalError(1)], [12]),
        scorer.fit(clips),
        {"fan": [0]},
    )
    assert find_judging_network(detector, clips[0], "fan") == (
        embedder,
        slice(0, 24),
    )


def test_scores_are_those_of_the_machine_that_is_named(detector):
    embeddings = make_embedding(3, 1, 2)[None]
    found = {
        key: float(score_against(detector, embeddings, key)[0]) for key in KEYS
    }
    assert found == {
        "fan": 12.0,
        "fan/00": 36.0,
        "fan/02": 12.0,
        "pump": 24.0,
        "pump/00": 24.0,
    }


@pytest.mark.parametrize(
    ("key", "errors", "place"),
    [
        ("fan/00", (3, 1, 2), 0),
        ("pump", (3, 1, 2), 2),
        ("fan", (3, 1, 0), 1),
        ("fan", (1, 3, 0), 0),
    ],
)
def test_a_machine_is_judged_by_the_network_that_finds_it_least_strange(
    detector, key, errors, place
):
    network, own = find_judging_network(detector, make_embedding(*errors), key)
    assert network is detector.embedder.embedders[place]
    assert own == slice(12 * place, 12 * place + 12)
