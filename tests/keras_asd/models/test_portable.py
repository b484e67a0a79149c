import numpy as np
import pytest

from keras_asd.layers import ClassCosine
from keras_asd.models import AnomalyDetector
from keras_asd.models import DualBranchEmbedder
from keras_asd.models import Embedder
from keras_asd.models import StatisticsEmbedder
from keras_asd.models import portable
from tests import harness

SAMPLES = 2048
pytestmark = pytest.mark.usefixtures("tiny_stages")


def draw_noise(batch):
    noise = np.random.default_rng(0).normal(0.0, 0.1, (batch, SAMPLES))
    return noise.astype("float32")


def make_statistics():
    embedder = StatisticsEmbedder(samples=SAMPLES, num_mel_bins=8)
    embedder.fit(harness.to_numpy(embedder.statistics(draw_noise(9))))
    return embedder


EMBEDDERS = {
    "one backbone": lambda: Embedder(
        samples=SAMPLES, num_mel_bins=8, width=0.125, stages="tiny"
    ),
    "two branches": lambda: DualBranchEmbedder(
        samples=SAMPLES,
        frame_lengths=(64, 256),
        spectrogram="log_mel",
        width=0.125,
    ),
    "statistics": make_statistics,
}


def make_detector(name):
    keys = {"fan": [0], "pump": [1]}
    return AnomalyDetector(EMBEDDERS[name](), ClassCosine(2), None, keys)


def transforms_of(detector):
    layers = detector.embedder.layers
    return {layer.transform for layer in layers if hasattr(layer, "transform")}


@pytest.mark.parametrize("name", EMBEDDERS)
def test_it_gives_the_same_without_a_transform(name):
    detector = make_detector(name)
    copy = portable(detector)
    assert transforms_of(copy) == {"matrix"}
    inputs = {"waveform": draw_noise(2), "key": np.array([0, 1], "int32")}
    harness.assert_close(copy(inputs), detector(inputs), 1e-4, 1e-4)


def test_the_detector_itself_keeps_its_transform():
    detector = make_detector("statistics")
    portable(detector)
    assert transforms_of(detector) == {"fft"}


def test_the_other_parts_are_shared():
    detector = make_detector("one backbone")
    copy = portable(detector)
    for part in ("head", "scorer", "calibration", "check"):
        assert getattr(copy, part) is getattr(detector, part)
