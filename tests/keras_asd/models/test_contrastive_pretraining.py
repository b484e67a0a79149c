"""CLP-SCF in small: trained by contrast, then classified by angle."""

import keras
import numpy as np
import pytest

from keras_asd.layers import ClassCosine
from keras_asd.layers import ProjectionHead
from keras_asd.losses import ArcFace
from keras_asd.losses import SupervisedContrastive
from keras_asd.models import Classifier
from keras_asd.models import Embedder
from keras_asd.models import load_published_weights
from keras_asd.scorers import CentreAngle
from tests.classifier_cases import draw_normal_and_faulty
from tests.classifier_cases import draw_two_machines
from tests.quick_training import compile_quickly

SAMPLES = 4096
pytestmark = pytest.mark.usefixtures("tiny_stages")


def make_encoder(**settings):
    return Embedder(
        samples=SAMPLES,
        channels=("log_mel", "tgram"),
        stages="tiny",
        num_mel_bins=16,
        embedding_dim=8,
        width=0.25,
        has_projection=True,
        **settings,
    )


def fit(embedder, head, loss, epochs):
    """Trains, and gives the loss of every epoch."""
    classifier = Classifier(embedder, head, mix_position="waveform")
    compile_quickly(classifier, keras.optimizers.Adam(5e-3), loss)
    clips, targets = draw_two_machines(32, SAMPLES)
    history = classifier.fit(clips, targets, 16, epochs=epochs, verbose=0)
    return classifier, history.history["loss"]


@pytest.mark.slow
def test_both_stages_learn_and_the_angle_separates_an_easy_fault():
    keras.utils.set_random_seed(0)
    encoder = make_encoder()
    loss = SupervisedContrastive(includes_anchor=True)
    _, first = fit(encoder, ProjectionHead(8), loss, epochs=10)
    assert first[-1] < 0.9 * first[0]
    classifier, second = fit(
        encoder, ClassCosine(2), ArcFace(margin=1.0), epochs=10
    )
    assert second[-1] < 0.5 * second[0]
    questions = draw_normal_and_faulty(12, SAMPLES)
    cosine = classifier.predict(questions, 24, verbose=0)
    score = np.array(CentreAngle(margin=1.0)(cosine))[:, 0]
    assert score[:12].max() < score[12:].min()


def test_the_projection_lies_behind_the_network_without_one():
    encoder = make_encoder()
    plain = Embedder.from_config(
        {**encoder.get_config(), "has_projection": False}
    )
    own = len(plain.get_weights())
    plain.set_weights(encoder.get_weights()[:own])
    kernel, gamma, beta, mean, variance = encoder.get_weights()[own:]
    assert kernel.shape == (8, 8)
    waveform = draw_two_machines(2, SAMPLES)[0]
    expected = np.array(plain(waveform)) @ kernel
    expected = gamma * (expected - mean) / np.sqrt(variance + 1e-5) + beta
    np.testing.assert_allclose(
        np.array(encoder(waveform)), expected, rtol=1e-4, atol=1e-5
    )


def test_it_is_saved_and_loaded(tmp_path):
    encoder = make_encoder()
    waveform = draw_two_machines(2, SAMPLES)[0]
    encoder.save(tmp_path / "encoder.keras")
    loaded = keras.saving.load_model(tmp_path / "encoder.keras")
    assert loaded.has_projection
    np.testing.assert_allclose(
        np.array(loaded(waveform)), np.array(encoder(waveform)), atol=1e-6
    )


def test_configurations_from_before_have_no_projection():
    config = make_encoder().get_config()
    del config["has_projection"]
    assert not Embedder.from_config(config).has_projection


def test_there_are_no_published_weights_for_a_projection():
    with pytest.raises(ValueError, match="has_projection=True"):
        load_published_weights(make_encoder(), {})
