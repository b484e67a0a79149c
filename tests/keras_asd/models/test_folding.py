import keras
import numpy as np
import pytest
from keras import ops

from keras_asd.layers import ClassCosine
from keras_asd.layers import SubclusterCosine
from keras_asd.models import AnomalyDetector
from keras_asd.models import DualBranchEmbedder
from keras_asd.models import Embedder
from keras_asd.models import JoinedEmbedder
from keras_asd.models import StatisticsEmbedder
from keras_asd.models import fold
from keras_asd.scorers import CentreAngle
from keras_asd.scorers import NearestNeighbors
from tests import harness

SAMPLES = 4096
KEYS = {"fan/id_00": [0], "fan": [0, 1, 2]}
pytestmark = pytest.mark.usefixtures("tiny_stages")


def make_mobile(**settings):
    return Embedder(
        samples=SAMPLES,
        num_mel_bins=16,
        embedding_dim=8,
        width=0.25,
        gate="standardized",
        **settings,
    )


def make_dual(**settings):
    return DualBranchEmbedder(
        samples=SAMPLES, width=0.25, branch_dim=8, **settings
    )


MAKERS = {
    "TASTgram-MFN": make_mobile,
    "CLP-SCF": lambda: make_mobile(
        channels=("log_mel", "tgram"), stages="tiny", has_projection=True
    ),
    "the original stages": lambda: make_mobile(stages="original"),
    "without the Tgram": lambda: make_mobile(
        channels=("attended", "log_mel"), stages="tiny"
    ),
    "two branches": make_dual,
    "branches with biases": lambda: make_dual(
        has_bias=True, frame_lengths=(64, 256)
    ),
    "branches of plain norms": lambda: make_dual(is_affine=False),
    "joined embedders": lambda: JoinedEmbedder(
        [make_mobile(stages="tiny"), make_dual(branches=("spectrum",))]
    ),
    "the spectrum alone": lambda: make_dual(branches=("spectrum",)),
}


def make_detector(name, steepest=1.0):
    """A detector whose weights and statistics are all drawn."""
    embedder = MAKERS[name]()
    generator = np.random.default_rng(0)
    for weight in embedder.weights:
        value = ops.convert_to_numpy(weight)
        if weight.name == "alpha":
            value = generator.uniform(-0.2, steepest, weight.shape)
        elif weight.name in ("gamma", "moving_variance"):
            value = generator.uniform(0.5, 1.5, weight.shape)
        elif "kernel" not in weight.name:
            value = generator.normal(0.0, 0.2, weight.shape)
        weight.assign(value)
    head = ClassCosine(3)
    return AnomalyDetector(embedder, head, CentreAngle(), KEYS)


def questions():
    generator = np.random.default_rng(1)
    waveform = generator.normal(size=(3, SAMPLES)) * [[0.3], [0.03], [0.1]]
    return {
        "waveform": waveform.astype("float32"),
        "key": np.array([0, 1, 1], "int32"),
    }


def run(detector):
    return harness.to_numpy(harness.as_function(detector)(questions()))


def assert_same(actual, expected):
    assert set(actual) == set(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(
            actual[name], values, rtol=1e-5, atol=1e-5, err_msg=name
        )


def norms_of(embedder):
    return [
        layer
        for layer in embedder._flatten_layers()
        if isinstance(layer, keras.layers.BatchNormalization)
    ]


@pytest.mark.parametrize("name", MAKERS)
def test_a_folded_detector_scores_the_same_also_saved(name, tmp_path):
    detector = make_detector(name)
    expected = run(detector)
    folded = fold(detector)
    assert_same(run(folded), expected)
    assert_same(run(detector), expected)
    folded.save(tmp_path / "folded.keras")
    loaded = keras.saving.load_model(tmp_path / "folded.keras")
    assert loaded.embedder.is_folded
    assert_same(run(loaded), run(folded))


@pytest.mark.parametrize("name", ["TASTgram-MFN", "CLP-SCF"])
def test_no_normalisation_is_left_of_the_mobile_network(name):
    detector = make_detector(name)
    assert norms_of(detector.embedder)
    assert not norms_of(fold(detector).embedder)


def test_of_the_branches_what_the_order_keeps_is_left():
    detector = make_detector("two branches")
    assert len(norms_of(detector.embedder)) == 22
    left = [norm.name for norm in norms_of(fold(detector).embedder)]
    # On the input of the branch and of seven blocks, and one in `block_0_1`.
    assert sorted(left) == ["input_norm"] * 8 + ["norm"]


@pytest.mark.parametrize("steepest", [1.0, 2.0])
def test_only_slopes_up_to_one_take_the_short_way(steepest):
    detector = make_detector("TASTgram-MFN", steepest)
    folded = fold(detector)
    assert folded.embedder.has_steep_slopes == (steepest > 1)
    assert_same(run(folded), run(detector))


def test_everything_else_of_the_detector_stays():
    generator = np.random.default_rng(2)
    scorer = NearestNeighbors().fit(generator.normal(size=(9, 16)))
    detector = AnomalyDetector(
        make_dual(),
        SubclusterCosine(3, 2),
        scorer,
        keys={"fan": [0], "pump": [1, 2]},
        groups={"fan": [0], "pump": [0]},
        long_clips="crop",
        short_clips="pad",
    )
    folded = fold(detector)
    ours, theirs = folded.get_config(), detector.get_config()
    for config in (ours, theirs):
        del config["embedder"], config["name"]
    assert ours == theirs
    assert folded.head is detector.head and folded.scorer is scorer
    assert folded.calibration is detector.calibration
    assert folded.check is detector.check


def test_what_has_nothing_to_fold_is_returned_as_it_is():
    embedder = StatisticsEmbedder(samples=SAMPLES, num_mel_bins=8)
    detector = AnomalyDetector(embedder, ClassCosine(2), None, {"fan": [0]})
    assert fold(detector) is detector
    folded = fold(make_detector("TASTgram-MFN"))
    assert fold(folded) is folded
