import dataclasses

import numpy as np
import pytest

from keras_asd.layers import ClassCosine
from keras_asd.models import AnomalyDetector
from pipelines.methods.clip_scores import out_of_fold_scores
from pipelines.methods.clip_scores import score_embeddings
from pipelines.methods.embeddings import Embeddings
from pipelines.methods.fitted_scorers import fit_scorer
from pipelines.settings.config import Config
from pipelines.settings.labels import label
from pipelines.settings.scorer_choice import list_scorers
from pipelines.settings.scorers import Centroids
from pipelines.settings.scorers import NearestNeighbors

GROUPS = {"fan": [0, 1], "fan/id_00": [0], "fan/id_02": [1]}


class FakeEmbedder:
    """Stands where no waveform is embedded."""

    samples = 100
    embedding_dim = 4
    built = True


def make_embeddings(num_clips=24, windows=2, seed=0):
    generator = np.random.default_rng(seed)
    clips = np.repeat(np.arange(num_clips), windows)
    keys = np.where(clips % 3 == 0, "fan/id_02", "fan/id_00")
    return Embeddings(
        generator.normal(size=(len(clips), 4)).astype("float32") + 1,
        keys,
        clips % 5 == 0,
        clips,
    )


def make_detector(config, normals, dim=4):
    head = ClassCosine(2)
    head.build((None, dim))
    scorer = fit_scorer(config, normals, GROUPS)
    return AnomalyDetector(FakeEmbedder(), head, scorer, GROUPS, GROUPS)


@pytest.mark.parametrize("scorer", list_scorers(Config()), ids=label)
def test_a_clip_s_score_is_the_mean_of_its_windows(scorer):
    config = Config(scorer=scorer)
    normals = make_embeddings()
    detector = make_detector(config, normals)
    test = make_embeddings(num_clips=5, windows=3, seed=1)
    found = score_embeddings(detector, test)
    for clip in range(5):
        alone = test.select(test.clips == clip)
        windows = [
            score_embeddings(
                detector,
                dataclasses.replace(
                    alone.select(np.s_[i : i + 1]), clips=np.zeros(1, int)
                ),
            )[0]
            for i in range(3)
        ]
        np.testing.assert_allclose(
            found[clip], np.mean(windows, axis=0), rtol=1e-4, atol=1e-5
        )


def test_a_clip_without_windows_has_no_score():
    normals = make_embeddings()
    detector = make_detector(Config(scorer=NearestNeighbors()), normals)
    some = normals.select(normals.clips != 3)
    found = score_embeddings(detector, some)
    assert np.isnan(found[3]).all()
    assert np.isfinite(np.delete(found, 3, axis=0)).all()


def test_out_of_fold_a_clip_is_not_its_own_neighbour():
    config = Config(scorer=NearestNeighbors(space="raw"))
    normals = make_embeddings(windows=1)
    detector = make_detector(config, normals)
    own = score_embeddings(detector, normals)[:, 0]
    np.testing.assert_allclose(own, 0, atol=1e-3)
    found = out_of_fold_scores(detector, normals, config)
    for clip, score in enumerate(found):
        others = normals.select(
            (normals.keys == normals.keys[clip]) & (normals.clips != clip)
        )
        distances = np.linalg.norm(
            others.vectors - normals.vectors[clip], axis=1
        )
        assert score >= distances.min() - 1e-5


def test_a_section_of_one_clip_has_no_out_of_fold_score():
    normals = make_embeddings(windows=1)
    normals.keys[normals.keys == "fan/id_02"] = "fan/id_00"
    normals.keys[7] = "fan/id_02"
    config = Config(scorer=Centroids())
    detector = make_detector(config, normals)
    found = out_of_fold_scores(detector, normals, config)
    assert np.isnan(found[7])
    assert np.isfinite(np.delete(found, 7)).all()


def test_clips_of_a_session_are_left_out_together():
    generator = np.random.default_rng(0)
    clips = np.repeat(np.arange(40), 2)
    # Eight sessions, each of which sounds like itself alone.
    sessions = np.array([f"day {clip // 5}" for clip in clips.tolist()])
    vectors = 9.0 * np.eye(8)[clips // 5] + generator.normal(size=(80, 8)) / 9
    normals = Embeddings(
        vectors.astype("float32"),
        np.where(clips < 20, "fan/id_00", "fan/id_02"),
        clips < 0,
        clips,
        sessions=sessions,
    )
    assert normals.left_out_together.tolist() == (clips // 5 * 5).tolist()
    config = Config(scorer=NearestNeighbors(space="raw"))
    detector = make_detector(config, normals, dim=8)
    found = out_of_fold_scores(detector, normals, config)
    by_clips = dataclasses.replace(normals, sessions=None)
    np.testing.assert_array_equal(by_clips.left_out_together, clips)
    through = out_of_fold_scores(detector, by_clips, config)
    assert found.min() > 9.0 > through.max()
