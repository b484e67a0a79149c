"""Plain Keras models as embedders, and a loss of the user's own."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_asd.layers import ClassCosine
from keras_asd.models import AnomalyDetector
from keras_asd.models import Classifier
from keras_asd.models import JoinedEmbedder
from keras_asd.models import fold
from keras_asd.models import portable
from keras_asd.models.sizes import read_samples
from tests.harness import assert_close
from tests.quick_training import compile_quickly

SAMPLES = 256
KEYS = {"fan": [0], "pump": [1]}
TARGETS = np.eye(2, dtype="float32")[[0, 1, 0, 1]]


@keras.saving.register_keras_serializable(package="test_plain_models")
class Subclassed(keras.Model):
    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.dense = keras.layers.Dense(units)

    def call(self, waveform):
        return ops.tanh(self.dense(waveform))

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable(package="test_plain_models")
class SquaredHinge(keras.losses.Loss):
    """From one-hot targets and cosines, as any loss of Keras."""

    def call(self, y_true, y_pred):
        gap = ops.maximum(0.9 - y_pred, 0.0) * y_true
        return ops.sum(ops.square(gap), axis=-1)


def make_functional():
    waveform = keras.Input((SAMPLES,))
    return keras.Model(waveform, keras.layers.Dense(4)(waveform))


def make_sequential():
    return keras.Sequential([keras.layers.Dense(4)])


def make_subclassed():
    return Subclassed()


def make_called():
    model = Subclassed()
    model(np.zeros((1, SAMPLES), "float32"))
    return model


BUILT = (make_functional, make_called)
UNBUILT = (make_sequential, make_subclassed)
every_model = pytest.mark.parametrize("make", BUILT + UNBUILT)


@pytest.fixture(scope="module")
def clips():
    noise = np.random.default_rng(0).normal(0.0, 0.1, (4, SAMPLES))
    return noise.astype("float32")


def train(embedder, clips):
    """A classifier after one step, of mixed waveforms."""
    classifier = Classifier(embedder, ClassCosine(2), "waveform")
    inputs = {
        "waveform": clips,
        "mix_weight": np.full(4, 0.7, "float32"),
        "partner_waveform": clips[[1, 0, 3, 2]],
    }
    classifier(inputs)
    before = classifier.get_weights()
    compile_quickly(classifier, keras.optimizers.SGD(1e-1), SquaredHinge())
    classifier.train_on_batch(inputs, TARGETS)
    for old, new in zip(before, classifier.get_weights(), strict=True):
        assert np.any(old != new)
    return classifier


@every_model
def test_it_is_trained_saved_and_goes_on(make, clips, tmp_path):
    classifier = train(make(), clips)
    classifier.save(tmp_path / "classifier.keras")
    restored = keras.saving.load_model(tmp_path / "classifier.keras")
    assert_close(np.array(restored(clips)), np.array(classifier(clips)))
    assert isinstance(restored.loss, SquaredHinge)
    losses = [
        model.train_on_batch(clips, TARGETS) for model in (classifier, restored)
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


@every_model
def test_it_detects_after_its_training(make, clips, tmp_path):
    embedder = train(make(), clips).embedder
    detector = AnomalyDetector(
        embedder, ClassCosine(2), None, KEYS, sampling_rate=8000
    )
    assert (detector.samples, detector.embedding_dim) == (SAMPLES, 4)
    assert detector.sampling_rate == 8000
    inputs = {
        "waveform": np.tile(clips, 2)[:, : SAMPLES + 9],
        "key": np.array([0, 1, 1, 0], "int32"),
    }
    expected = np.array(detector(inputs)["anomaly_score"])
    assert expected.shape == (4,)
    detector.save(tmp_path / "detector.keras")
    restored = keras.saving.load_model(tmp_path / "detector.keras")
    assert (restored.samples, restored.sampling_rate) == (SAMPLES, 8000)
    for same in (restored, portable(detector), fold(detector)):
        assert_close(np.array(same(inputs)["anomaly_score"]), expected)


@pytest.mark.parametrize("make", UNBUILT)
def test_fit_builds_one_that_is_not_built(make, clips):
    embedder = make()
    assert read_samples(embedder) is None
    classifier = Classifier(embedder, ClassCosine(2), "waveform")
    classifier.compile("sgd", SquaredHinge())
    classifier.fit(clips, TARGETS, batch_size=2, verbose=0)
    assert read_samples(embedder) == SAMPLES
    assert classifier.head.centres.shape == (2, 4)


@pytest.mark.parametrize("make", UNBUILT)
def test_a_detector_takes_the_length_as_an_argument(make, clips):
    settings = {"head": ClassCosine(2), "scorer": None, "keys": KEYS}
    detector = AnomalyDetector(make(), samples=SAMPLES, **settings)
    assert detector.embed(clips).shape == (4, 4)
    with pytest.raises(ValueError, match="must be known.*attribute `samples`"):
        AnomalyDetector(make(), **settings)


def test_attributes_win_over_shapes(clips):
    embedder = make_subclassed()
    embedder.samples, embedder.sampling_rate = SAMPLES, 8000
    detector = AnomalyDetector(embedder, ClassCosine(2), None, KEYS)
    assert (detector.samples, detector.sampling_rate) == (SAMPLES, 8000)


def test_they_are_joined(clips):
    joined = JoinedEmbedder([make() for make in BUILT])
    expected = [np.array(part(clips)) for part in joined.embedders]
    assert joined.embedding_dim == 8
    assert_close(np.array(joined(clips)), np.concatenate(expected, axis=1))


def test_only_waveforms_are_mixed():
    with pytest.raises(ValueError, match='takes `mix_position="waveform"`'):
        Classifier(make_functional(), ClassCosine(2))


@pytest.mark.parametrize("end", [keras.layers.Reshape((16, 16)), None])
def test_anything_but_a_vector_is_refused(end):
    waveform = keras.Input((SAMPLES,))
    outputs = end(waveform) if end else {"embedding": waveform + 0.0}
    model = keras.Model(waveform, outputs)
    with pytest.raises(ValueError, match="one vector of known length"):
        Classifier(model, ClassCosine(2), "waveform")
