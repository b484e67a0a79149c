import dataclasses

import numpy as np
import pytest

from keras_asd.layers import ClassCosine
from keras_asd.models import AnomalyDetector
from keras_asd.models import JoinedEmbedder
from keras_asd.scorers import LocalDensity
from keras_asd.scorers import ScoreSum
from pipelines.audio.inspection import inspect_clips
from pipelines.datasets.clip import Clip
from pipelines.methods.clip_scores import out_of_fold_scores
from pipelines.methods.clip_scores import unseen_folds
from pipelines.methods.embedding_files import read_embeddings
from pipelines.methods.embedding_files import write_embeddings
from pipelines.methods.embeddings import Embeddings
from pipelines.methods.fused import Fused
from pipelines.settings.config import Config
from pipelines.settings.embedders import MobileFaceNet
from pipelines.settings.front_ends import LogMel
from pipelines.settings.presets import PRESETS
from pipelines.settings.presets import choose_preset
from pipelines.settings.scorers import Mahalanobis
from pipelines.settings.scorers import NearestNeighbors

CONFIG = Config(
    embedder=MobileFaceNet(
        front_end=LogMel(num_mel_bins=16), width=0.125, embedding_dim=4
    ),
    scorer=NearestNeighbors(),
    clip_seconds=0.5,
    fusion="training_free",
)
GROUPS = {"fan": [0, 1], "fan/id_00": [0], "fan/id_02": [1]}
DIM = 256
FUSED = Fused(CONFIG)


@pytest.fixture
def normals(write_hum):
    clips = [
        Clip(
            write_hum(f"{unit}/{index}.wav", hz + 10 * index, seconds=0.5),
            "fan",
            unit,
            "train",
            False,
        )
        for unit, hz in (("id_00", 120.0), ("id_02", 2000.0))
        for index in range(6)
    ]
    return inspect_clips(clips)[0]


def made_up(num_clips=20):
    """Embeddings as of a fused embedder, a part of four before."""
    generator = np.random.default_rng(0)
    rows = np.arange(num_clips)
    keys = np.where(rows % 2 == 0, "fan/id_00", "fan/id_02")
    made = Embeddings(
        generator.normal(size=(num_clips, 4 + DIM)).astype("float32"),
        keys,
        rows % 7 == 0,
        rows,
        statistics=generator.normal(size=(num_clips, DIM)).astype("float32"),
    )
    vectors = FUSED.embed_again(made, rows >= 0)
    return dataclasses.replace(made, vectors=vectors)


def test_the_statistics_stand_behind_the_network_s_embedding(normals):
    network = CONFIG.embedder.build(CONFIG)
    head = ClassCosine(2)
    head.build((None, 4))
    embedder, joined, embeddings = FUSED.embed(network, head, normals, (), ())
    assert embedder.embedding_dim == 4 + DIM
    waveforms = np.random.default_rng(0).normal(0, 0.1, (3, CONFIG.samples))
    found = np.array(embedder(waveforms))
    np.testing.assert_allclose(
        found[:, :4], np.array(network(waveforms)), rtol=1e-4, atol=1e-5
    )
    np.testing.assert_allclose(
        np.array(joined(found)), np.array(head(found[:, :4])), atol=1e-6
    )
    assert embeddings.vectors.shape == (12, 4 + DIM)
    assert embeddings.statistics.shape == (12, DIM)
    scorer = FUSED.fit_scorer(embeddings, GROUPS, joined)
    detector = AnomalyDetector(embedder, joined, scorer, GROUPS, GROUPS)
    keys = np.zeros(3, "int32")
    scores = detector({"waveform": waveforms, "key": keys})["anomaly_score"]
    assert np.isfinite(np.array(scores)).all()


def test_its_statistics_are_of_the_preset_s_sizes():
    own = FUSED.build_statistics()
    preset = choose_preset("training_free").embedder
    assert own.num_mel_bins == preset.num_mel_bins
    assert own.embedding_dim == preset.embedding_dim
    assert own.samples == CONFIG.samples


def test_statistics_are_kept_with_the_embeddings(tmp_path):
    made = made_up()
    write_embeddings(tmp_path / "embeddings.npz", made)
    found = read_embeddings(tmp_path / "embeddings.npz").select(np.arange(5))
    np.testing.assert_array_equal(found.statistics, made.statistics[:5])


@pytest.mark.parametrize("kind", [NearestNeighbors, Mahalanobis])
def test_another_scorer_replaces_the_network_s_and_leaves_the_other(kind):
    normals = made_up()
    other = dataclasses.replace(CONFIG, scorer=kind(space="raw"))
    scorer = Fused(other).fit_scorer(normals, GROUPS)
    assert isinstance(scorer, ScoreSum)
    assert scorer.dims == [4, DIM]
    own, behind = scorer.scorers
    assert isinstance(behind, LocalDensity) and behind.space == "raw"
    assert type(own).__name__ == kind.__name__
    assert own.space == "raw"


def test_out_of_fold_the_whitening_has_not_seen_a_clip_either():
    normals = made_up()
    head = ClassCosine(2)
    head.build((None, 4 + DIM))
    detector = AnomalyDetector(
        type("Embedder", (), {"embedding_dim": 4 + DIM, "samples": 9})(),
        head,
        FUSED.fit_scorer(normals, GROUPS),
        GROUPS,
        GROUPS,
    )
    seen = 0
    for fold, out in unseen_folds(detector, normals, CONFIG):
        assert isinstance(fold.scorer, ScoreSum)
        is_out = np.isin(normals.clips, out.clips)
        expected = FUSED.embed_again(normals, ~is_out)[is_out]
        np.testing.assert_allclose(out.vectors, expected, atol=1e-4)
        assert np.abs(out.vectors - normals.vectors[is_out])[:, 4:].max() > 0.1
        seen += is_out.sum()
    assert seen == len(normals.clips)


@pytest.mark.parametrize("name", ["training_free", "idnn", "glow_aff"])
def test_only_one_trained_network_is_fused(name):
    with pytest.raises(ValueError, match="`fusion` must be `none`"):
        dataclasses.replace(PRESETS[name], fusion="training_free")


@pytest.mark.parametrize("counts", [(2,), (2, 2), (3,), (1, 3), (2, 2, 2, 2)])
def test_few_clips_of_each_section_are_enough(counts):
    """Of those left in a fold some sections have one, or all have."""
    places = np.repeat(np.arange(len(counts)), counts)
    generator = np.random.default_rng(0)
    statistics = generator.normal(size=(len(places), DIM)).astype("float32")
    made = Embeddings(
        generator.normal(size=(len(places), 4 + DIM)).astype("float32"),
        np.array([f"fan/id_{place:02d}" for place in places]),
        places < 0,
        np.arange(len(places)),
        statistics=statistics,
    )
    groups = {f"fan/id_{place:02d}": [place] for place in range(len(counts))}
    network = CONFIG.embedder.build(CONFIG)
    statistics_embedder = FUSED.build_statistics()
    detector = AnomalyDetector(
        JoinedEmbedder([network, statistics_embedder]),
        ClassCosine(len(counts)),
        FUSED.fit_scorer(made, groups),
        groups,
    )
    scores = out_of_fold_scores(detector, made, CONFIG)
    is_alone = np.array(counts)[places] == 1
    np.testing.assert_array_equal(np.isfinite(scores), ~is_alone)


def test_what_was_not_fused_has_nothing_to_whiten_again():
    plain = dataclasses.replace(made_up(), statistics=None)
    with pytest.raises(ValueError, match="have their statistics"):
        FUSED.embed_again(plain, plain.clips >= 0)
