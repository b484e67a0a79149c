import dataclasses

import keras
import numpy as np
import pytest

from pipelines.methods.choice import choose_method
from pipelines.methods.embeddings import embed_clips
from pipelines.methods.fitted_scorers import fit_scorer
from pipelines.settings.config import Config
from pipelines.settings.embedders import MobileFaceNet
from pipelines.settings.embedders import Statistics
from pipelines.settings.front_ends import LogMel
from pipelines.settings.losses import NoLoss
from pipelines.settings.scorers import Centroids
from pipelines.settings.scorers import LocalDensity
from pipelines.settings.scorers import NearestNeighbors
from pipelines.training.assembly import make_classifier
from tuning.trials.fitting import trial_detector
from tuning.trials.search_data import prepare_search

CONFIG = Config(
    embedder=MobileFaceNet(front_end=LogMel(num_mel_bins=16), width=0.125),
    clip_seconds=0.5,
    holdout=0.2,
    keep="last",
)


@pytest.fixture
def data(two_fans, tmp_path):
    return prepare_search([str(two_fans)], CONFIG, tmp_path / "search")


def test_the_angles_score_needs_no_clip(data, two_fans):
    for one in data.train:
        one.clip.path.unlink()
    classifier = make_classifier(CONFIG, 2)
    detector = trial_detector(classifier, data, CONFIG)
    assert detector.embedder is classifier.embedder
    assert (detector.scorer.margin, detector.scorer.scale) == (0.7, 30.0)
    assert list(detector.keys) == ["fan", "fan/id_00", "fan/id_02"]


def test_scorers_are_fitted_on_what_was_trained_on_alone(data):
    config = dataclasses.replace(CONFIG, scorer=NearestNeighbors())
    classifier = make_classifier(config, 2)
    # What is held out may not even be looked at.
    for one in data.held_out:
        one.clip.path.unlink()
    detector = trial_detector(classifier, data, config)
    embed = classifier.embedder.predict_on_batch
    embeddings = embed_clips(embed, data.train, config)
    expected = fit_scorer(config, embeddings, data.label_map.groups)
    for one, other in zip(
        detector.scorer.get_weights(), expected.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_a_fused_trial_leaves_out_what_is_held_out(data):
    config = dataclasses.replace(
        CONFIG, scorer=NearestNeighbors(), fusion="training_free"
    )
    classifier = make_classifier(config, 2)
    for one in data.held_out:
        one.clip.path.unlink()
    detector = trial_detector(classifier, data, config)
    assert detector.scorer.dims == [config.embedder.embedding_dim, 256]
    assert detector.embedder.embedders[0] is classifier.embedder
    waveform = np.random.default_rng(0).normal(size=(2, 8000))
    outputs = detector({"waveform": waveform, "key": np.array([1, 2])})
    assert np.isfinite(
        keras.ops.convert_to_numpy(outputs["anomaly_score"])
    ).all()


def test_half_precision_is_measured_in_full(data):
    config = dataclasses.replace(CONFIG, mixed_precision=True)
    classifier = make_classifier(config, 2)
    detector = trial_detector(classifier, data, config)
    assert detector.embedder.dtype_policy.name == "float32"
    fresh = config.embedder.build(config)
    fresh.set_weights(classifier.embedder.get_weights())
    waveform = np.random.default_rng(0).normal(size=(2, 8000))
    np.testing.assert_array_equal(
        keras.ops.convert_to_numpy(detector.embedder(waveform)),
        keras.ops.convert_to_numpy(fresh(waveform)),
    )


def test_without_training_whitening_leaves_out_what_is_held_out(data):
    config = dataclasses.replace(
        CONFIG,
        embedder=Statistics(),
        loss=NoLoss(),
        scorer=LocalDensity(space="raw"),
    )
    for one in data.held_out:
        one.clip.path.unlink()
    detector = trial_detector(None, data, config)
    method = choose_method(config)
    expected, _, _ = method.embed(
        method.build(2), None, data.train, ["fan"] * len(data.train), []
    )
    for one, other in zip(
        detector.embedder.get_weights(), expected.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(one, other)
    assert detector.head.num_classes == 2


@pytest.mark.parametrize(
    ("embedder", "loss"),
    [(CONFIG.embedder, CONFIG.loss), (Statistics(), NoLoss())],
)
def test_a_section_that_is_gone_is_named(data, embedder, loss):
    config = dataclasses.replace(
        CONFIG, embedder=embedder, loss=loss, scorer=Centroids()
    )
    for one in data.train:
        if one.clip.section == "id_02":
            one.clip.path.unlink()
    model = choose_method(config).build(num_classes=2)
    with pytest.raises(ValueError, match="none any more of fan/id_02"):
        trial_detector(model, data, config)
