import dataclasses

import numpy as np
import pytest

from keras_asd.layers import ClassCosine
from keras_asd.models import AnomalyDetector
from pipelines.calibration.calibration_fitting import describe_calibration
from pipelines.calibration.calibration_fitting import fit_calibration
from pipelines.calibration.calibration_fitting import read_calibration
from pipelines.calibration.calibration_fitting import write_calibration
from pipelines.calibration.normal_scores import NormalScores
from pipelines.calibration.normal_scores import calibration_scores
from pipelines.methods.clip_scores import score_embeddings
from pipelines.methods.clip_scores import unseen_folds
from pipelines.methods.embeddings import Embeddings
from pipelines.methods.fitted_scorers import fit_scorer
from pipelines.settings.config import Config
from pipelines.settings.embedders import Statistics
from pipelines.settings.losses import NoLoss
from pipelines.settings.scorers import CentreAngle
from pipelines.settings.scorers import LocalDensity
from pipelines.settings.scorers import Mahalanobis
from pipelines.settings.scorers import NearestNeighbors

GROUPS = {"fan": [0, 1], "fan/id_00": [0], "fan/id_02": [1], "pump": [2]}
GROUPS["pump/id_00"] = GROUPS["pump"]
SECTIONS = ["fan/id_00", "fan/id_02", "pump/id_00"]


class FakeEmbedder:
    """Stands where no waveform is embedded."""

    samples = 100
    embedding_dim = 4
    built = True


def make_embeddings(num_clips=120, dim=4, windows=1):
    generator = np.random.default_rng(0)
    clips = np.repeat(np.arange(num_clips), windows)
    vectors = generator.normal(size=(len(clips), dim)).astype("float32") + 1
    keys = np.array(SECTIONS)[clips % 3]
    return Embeddings(vectors, keys, clips < 0, clips)


def make_detector(config, normals, embedder=None):
    head = ClassCosine(3)
    head.build((None, normals.vectors.shape[1]))
    head.centres.assign(np.eye(3, normals.vectors.shape[1]))
    scorer = fit_scorer(config, normals, GROUPS)
    return AnomalyDetector(
        embedder or FakeEmbedder(), head, scorer, GROUPS, GROUPS
    )


def find_scores(config, is_unseen=None, normals=None):
    normals = make_embeddings() if normals is None else normals
    if is_unseen is None:
        is_unseen = np.ones(normals.clips.max() + 1, bool)
    detector = make_detector(config, normals)
    return calibration_scores(detector, normals, config, is_unseen)


def test_every_key_has_the_scores_of_its_clips():
    config = Config(scorer=NearestNeighbors(space="raw"))
    found = find_scores(config, normals=make_embeddings(windows=2))
    assert list(found) == list(GROUPS)
    sizes = {key: len(normal.scores) for key, normal in found.items()}
    assert sizes == {"fan": 80, **dict.fromkeys(SECTIONS, 40), "pump": 40}
    assert all(np.isfinite(normal.scores).all() for normal in found.values())


def test_a_bare_machine_is_scored_against_its_nearest_section():
    config = Config(scorer=NearestNeighbors(space="raw"))
    found = find_scores(config)
    of_sections = np.concatenate([found[key].scores for key in SECTIONS[:2]])
    of_machine = found["fan"].scores
    assert of_machine.mean() < of_sections.mean()
    np.testing.assert_array_equal(
        found["pump"].scores, found["pump/id_00"].scores
    )


def test_a_clip_is_not_its_own_neighbour():
    config = Config(scorer=NearestNeighbors(space="raw"))
    assert all(
        (one.scores > 0.01).all() for one in find_scores(config).values()
    )


@pytest.mark.parametrize("scorer", [Mahalanobis(), CentreAngle()])
def test_clips_that_the_network_was_trained_on_are_not_taken(scorer):
    config = Config(scorer=scorer, false_alarm_rate=0.1)
    every = find_scores(config)
    # 9 unseen clips of one section, 8 of another, none of the third.
    is_unseen = np.zeros(120, bool)
    is_unseen[0:27:3] = is_unseen[1:25:3] = True
    found = find_scores(config, is_unseen)
    sources = {key: one.source for key, one in found.items()}
    assert sources == {
        "fan": "unseen",
        "fan/id_00": "unseen",
        "fan/id_02": "unseen",
        "pump": "uncalibrated",
        "pump/id_00": "uncalibrated",
    }
    sizes = {key: len(one.scores) for key, one in found.items()}
    assert sizes["fan/id_00"] == 9 and sizes["fan"] == 17
    assert sizes["fan/id_02"] == 8 and sizes["pump"] == 0
    np.testing.assert_array_equal(
        found["fan/id_00"].scores, every["fan/id_00"].scores[:9]
    )


def test_a_whitening_is_fitted_anew_for_clips_that_it_shall_judge():
    config = Config(
        embedder=Statistics(num_mel_bins=8, embedding_dim=16),
        loss=NoLoss(),
        scorer=LocalDensity(space="raw"),
        clip_seconds=0.5,
    )
    measured = make_embeddings(num_clips=60, dim=64)
    measured = dataclasses.replace(measured, statistics=measured.vectors)
    embedder = whitened(config, measured)
    vectors = np.array(embedder.whitening(measured.vectors))
    normals = dataclasses.replace(measured, vectors=vectors)
    detector = make_detector(config, normals, embedder)
    judged = []
    for fold, out in unseen_folds(detector, normals, config):
        seen = measured.select(~np.isin(measured.clips, out.clips))
        expected = whitened(config, seen).whitening(out.statistics)
        np.testing.assert_allclose(out.vectors, np.array(expected), atol=1e-3)
        scores = score_embeddings(fold, out)[:, 0]
        judged.append(np.isfinite(scores).nonzero()[0])
    assert sorted(np.concatenate(judged)) == list(range(60))
    found = calibration_scores(detector, normals, config, np.ones(60, bool))
    assert {normal.source for normal in found.values()} == {"unseen"}
    assert all(len(found[key].scores) == 20 for key in SECTIONS)


def whitened(config, embeddings):
    embedder = config.embedder.build(config)
    _, sections = np.unique(embeddings.keys, return_inverse=True)
    embedder.fit(embeddings.statistics, sections)
    return embedder


def test_keys_without_scores_are_not_calibrated():
    scores = np.random.default_rng(0).normal(size=50)
    normals = {
        "fan": NormalScores(scores),
        "pump": NormalScores(np.zeros(0)),
        "valve": NormalScores(np.full(20, 0.5)),
    }
    keys = ["slider", *normals]
    calibration = fit_calibration(normals, keys, false_alarm_rate=0.1)
    outputs = calibration(np.full(4, 9.0), np.arange(4))
    assert np.array(outputs["decision"]).tolist() == [-1, 1, -1, -1]
    assert np.isnan(np.array(outputs["p_value"])).tolist() == [
        True,
        False,
        True,
        True,
    ]
    facts = describe_calibration(normals, "empirical", 0.1)["keys"]
    assert [facts[key]["is_calibrated"] for key in normals] == [
        True,
        False,
        False,
    ]
    assert [facts[key]["source"] for key in normals] == [
        "unseen",
        "uncalibrated",
        "uncalibrated",
    ]


def test_what_a_calibration_rests_on_is_written_and_read(tmp_path):
    scores = np.random.default_rng(0).normal(size=150)
    facts = describe_calibration(
        {"fan": NormalScores(scores)}, "empirical", 0.1
    )
    write_calibration(tmp_path / "calibration.json", facts)
    assert read_calibration(tmp_path / "calibration.json") == facts
    assert facts["keys"]["fan"]["tail"] in ("gamma", "pareto")
    assert 0 <= facts["keys"]["fan"]["tail_fit_p_value"] <= 1
