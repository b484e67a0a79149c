import keras
import numpy as np
import pytest

from keras_asd.layers import ClassLogits
from keras_asd.layers import LogMelSpectrogram
from keras_asd.losses import ClassCrossEntropy
from keras_asd.metrics import roc_auc
from keras_asd.models import Classifier
from keras_asd.models import MobileNetEmbedder
from keras_asd.scorers import LogOdds
from tests.classifier_cases import draw_normal_and_faulty
from tests.classifier_cases import draw_tones
from tests.classifier_cases import draw_two_machines
from tests.quick_training import compile_quickly

# The smallest there is: 32 whole frames.
SAMPLES = 31 * 512 + 1024


def make_small(**settings):
    return MobileNetEmbedder(
        samples=SAMPLES, num_mel_bins=32, width=0.1, **settings
    )


@pytest.fixture(scope="module")
def embedder():
    return make_small()


def test_it_is_the_network_of_the_baseline():
    embedder = MobileNetEmbedder()
    log_mel = embedder.represent(np.zeros((1, embedder.samples), "float32"))
    assert log_mel["log_mel"].shape == (1, 64, 128)
    published = keras.applications.MobileNetV2(
        (64, 128, 3), alpha=0.5, weights=None, classes=6
    )
    head = ClassLogits(6)
    head.build((None, embedder.embedding_dim))
    total = embedder.count_params() + head.count_params()
    assert total == published.count_params()


def test_its_features_are_those_of_keras_s_network(embedder):
    waveform = draw_tones(2, SAMPLES)
    log_mel = np.array(embedder.represent(waveform)["log_mel"])
    image = np.repeat((log_mel[..., None] + 30.0) / 30.0, 3, axis=-1)
    network = keras.applications.MobileNetV2(
        (32, 32, 3), alpha=0.1, weights=None, include_top=False, pooling="avg"
    )
    network.set_weights(embedder.backbone.get_weights())
    np.testing.assert_allclose(
        np.array(embedder(waveform)), np.array(network(image)), atol=1e-5
    )


@pytest.mark.parametrize("first_frame", [1, 5])
def test_a_window_has_the_frames_of_the_same_place_of_the_clip(
    embedder, first_frame
):
    clip = draw_tones(2, 2 * SAMPLES)
    whole = LogMelSpectrogram(num_mel_bins=32, frame_length=1024)(clip)
    start = 512 * (first_frame - 1)
    window = clip[:, start : start + SAMPLES]
    np.testing.assert_allclose(
        np.array(embedder.represent(window)["log_mel"]),
        np.array(whole)[:, first_frame : first_frame + 32],
        atol=1e-3,
    )


def test_represent_and_embed_are_the_whole(embedder):
    waveform = draw_tones(2, SAMPLES)
    representations = embedder.represent(waveform)
    assert list(representations) == ["log_mel"]
    np.testing.assert_allclose(
        np.array(embedder.embed(representations)),
        np.array(embedder(waveform)),
        atol=1e-5,
    )


def test_a_masked_part_becomes_its_mean_over_time(embedder):
    representations = embedder.represent(draw_tones(2, SAMPLES))
    neutral = np.array(embedder.neutral(representations)["log_mel"])
    mean = np.array(representations["log_mel"]).mean(axis=1, keepdims=True)
    np.testing.assert_allclose(neutral, np.repeat(mean, 32, 1), atol=1e-4)


def test_the_axes_count_whole_frames_and_bins(embedder):
    (label, seconds), (_, hz) = embedder.axes("log_mel")
    assert label == "time, s"
    np.testing.assert_allclose(seconds, np.arange(1, 33) * 0.032)
    assert len(hz) == 32
    with pytest.raises(ValueError, match="Received: name='tgram'"):
        embedder.axes("tgram")


def test_its_precision_is_its_own_and_the_global_one_stays():
    embedder = make_small(dtype="mixed_float16")
    assert keras.config.dtype_policy().name == "float32"
    assert embedder.front_end.compute_dtype == "float32"
    assert embedder.backbone.get_layer("Conv1").compute_dtype == "float16"
    assert keras.backend.standardize_dtype(
        embedder(draw_tones(1, SAMPLES)).dtype
    ) == ("float16")
    restored = MobileNetEmbedder.from_config(embedder.get_config())
    assert restored.backbone.get_layer("Conv1").compute_dtype == "float16"


def test_its_normalisations_follow_within_tens_of_steps(embedder):
    momenta = {
        layer.momentum
        for layer in embedder.backbone.layers
        if isinstance(layer, keras.layers.BatchNormalization)
    }
    assert momenta == {0.9}


@pytest.mark.slow
def test_the_loss_falls_and_the_score_separates_an_easy_fault(tmp_path):
    keras.utils.set_random_seed(0)
    classifier = Classifier(
        make_small(), ClassLogits(2), mix_position="waveform"
    )
    # Down to zero, so that the normalisations' statistics settle.
    rate = keras.optimizers.schedules.CosineDecay(5e-3, decay_steps=60)
    compile_quickly(
        classifier, keras.optimizers.Adam(rate), ClassCrossEntropy()
    )
    clips, targets = draw_two_machines(32, SAMPLES)
    history = classifier.fit(clips, targets, 16, epochs=30, verbose=0)
    losses = history.history["loss"]
    assert losses[-1] < 0.3 * losses[0]
    questions = draw_normal_and_faulty(12, SAMPLES)
    logits = classifier.predict(questions, 24, verbose=0)
    score = np.array(LogOdds()(logits))[:, 0]
    # 0.90 to 1.0, as the processor rounds.
    assert roc_auc(np.repeat([0, 1], 12), score) > 0.8
    classifier.save(tmp_path / "classifier.keras")
    loaded = keras.saving.load_model(tmp_path / "classifier.keras")
    np.testing.assert_allclose(
        np.array(loaded(questions[:2])), logits[:2], rtol=1e-3, atol=1e-4
    )


@pytest.mark.parametrize(
    "settings, match",
    [
        ({"samples": SAMPLES - 1}, "which are 31 whole frames"),
        ({"num_mel_bins": 31}, "num_mel_bins=31"),
        ({"width": 0.0}, "Received: width=0.0"),
        ({"preset": "librosa"}, "'code', 'paper'"),
    ],
)
def test_what_the_network_cannot_take_is_refused(settings, match):
    with pytest.raises(ValueError, match=match):
        MobileNetEmbedder(**settings)


def test_a_waveform_of_another_length_is_refused(embedder):
    with pytest.raises(ValueError, match="`AnomalyDetector`"):
        embedder(np.zeros((1, SAMPLES + 1)))
