"""Embedders with a front-end of the user's own."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_asd.layers import ClassCosine
from keras_asd.layers import LogMelSpectrogram
from keras_asd.losses import ArcFace
from keras_asd.models import AnomalyDetector
from keras_asd.models import Classifier
from keras_asd.models import DualBranchEmbedder
from keras_asd.models import Embedder
from keras_asd.models import FlowEmbedder
from keras_asd.models import MobileNetEmbedder
from keras_asd.models import ReconstructionEmbedder
from keras_asd.models import StatisticsEmbedder
from keras_asd.models import fold
from tests.harness import IS_JAX
from tests.harness import assert_close

SAMPLES = 16_384
BINS = 32
pytestmark = pytest.mark.usefixtures("tiny_stages")


@keras.saving.register_keras_serializable(package="test_custom_front_end")
class LearnedFrames(keras.layers.Layer):
    """Levels of learned filters in dB, of 32 frames and 32 bands.

    Without `compute_output_shape`: the shape is read from a symbolic call.
    """

    def build(self, input_shape):
        self.kernel = self.add_weight(
            shape=(512, BINS), initializer="random_normal", name="kernel"
        )

    def call(self, waveform):
        frames = ops.reshape(waveform, (-1, 32, 512))
        power = ops.square(ops.matmul(frames, self.kernel))
        return 10.0 * ops.log10(power + 1e-6)


MAKERS = {
    "Embedder": lambda **settings: Embedder(
        channels=("log_mel", "attended"),
        stages="tiny",
        width=0.125,
        **settings,
    ),
    "MobileNetEmbedder": lambda **settings: MobileNetEmbedder(
        width=0.1, **settings
    ),
    "StatisticsEmbedder": lambda **settings: StatisticsEmbedder(
        num_modulation_bands=2, **settings
    ),
    "FlowEmbedder": lambda **settings: FlowEmbedder(
        window_frames=16, num_blocks=1, num_steps=1, width=4, **settings
    ),
    "ReconstructionEmbedder": lambda **settings: ReconstructionEmbedder(
        units=(8,), **settings
    ),
    "DualBranchEmbedder": lambda **settings: DualBranchEmbedder(
        width=0.125, branch_dim=8, **settings
    ),
}


def make(name, **settings):
    keras.utils.set_random_seed(1)
    settings = {"front_end": LearnedFrames(), **settings}
    return MAKERS[name](samples=SAMPLES, **settings)


@pytest.fixture(scope="module")
def clips():
    noise = np.random.default_rng(0).normal(0.0, 0.1, (4, SAMPLES))
    return noise.astype("float32")


@pytest.mark.parametrize("name", MAKERS)
def test_a_custom_front_end_is_trained_saved_and_loaded(name, clips, tmp_path):
    embedder = make(name)
    if name == "StatisticsEmbedder":
        embedder.fit(np.array(embedder.statistics(clips)))
    classifier = Classifier(embedder, ClassCosine(2), "waveform")
    # MobileNetV2 takes a minute to trace.
    classifier.compile("sgd", ArcFace(), run_eagerly=not IS_JAX)
    kernel = np.array(embedder.front_end.kernel)
    classifier.train_on_batch(clips, np.eye(2, dtype="float32")[[0, 1, 0, 1]])
    assert np.any(np.array(embedder.front_end.kernel) != kernel)
    expected = np.array(embedder(clips))
    assert expected.shape == (4, embedder.embedding_dim)
    embedder.save(tmp_path / "embedder.keras")
    restored = keras.saving.load_model(tmp_path / "embedder.keras")
    assert isinstance(restored.front_end, LearnedFrames)
    assert_close(np.array(restored(clips)), expected)


def test_layers_of_keras_are_a_front_end(clips):
    front_end = keras.Sequential(
        [
            keras.layers.MelSpectrogram(
                fft_length=1024, sequence_stride=512, num_mel_bins=BINS
            ),
            keras.layers.Permute((2, 1)),
        ]
    )
    embedder = make("Embedder", front_end=front_end)
    assert embedder(clips).shape == (4, 128)
    assert embedder.num_mel_bins == BINS
    (time, frames), (bands, _) = embedder.axes("log_mel")
    assert (time, bands) == ("frame", "band")
    assert len(frames) == embedder.log_mel_shape[0]


@pytest.mark.parametrize("name", ["Embedder", "DualBranchEmbedder"])
def test_folding_keeps_a_learned_front_end(name, clips):
    detector = AnomalyDetector(make(name), ClassCosine(2), None, {"fan": [0]})
    folded = fold(detector)
    assert folded.embedder is not detector.embedder
    expected = np.array(detector.embed(clips))
    assert_close(np.array(folded.embed(clips)), expected, atol=1e-4)


def test_the_tgram_takes_any_front_end_of_its_frames(clips):
    settings = {"stages": "tiny", "width": 0.125, "samples": SAMPLES}
    spectrogram = LogMelSpectrogram(num_mel_bins=BINS, frame_length=640)
    embedder = Embedder(front_end=spectrogram, **settings)
    assert embedder(clips).shape == (4, 128)
    with pytest.raises(ValueError, match="32 frames, and 33 of 'tgram'"):
        Embedder(front_end=LearnedFrames(), **settings)


@pytest.mark.parametrize(
    "front_end, message",
    [
        (abs, "must be a Keras layer"),
        (keras.layers.Dense(8), "Received: output shape"),
    ],
)
def test_anything_else_is_refused(front_end, message):
    with pytest.raises(ValueError, match=message):
        make("Embedder", front_end=front_end)
