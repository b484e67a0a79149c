"""Every embedder and scorer in every form, against the detector itself."""

import sys

import keras
import numpy as np
import pytest

from keras_asd.layers import ClassCosine
from keras_asd.layers import SubclusterCosine
from keras_asd.models import AnomalyDetector
from keras_asd.models import DualBranchEmbedder
from keras_asd.models import Embedder
from keras_asd.models import StatisticsEmbedder
from keras_asd.models import fold
from keras_asd.presets import STAGES
from keras_asd.scoring import Calibration
from pipelines.config import Config
from pipelines.exporting import portable_forms
from pipelines.exporting.portable_forms import write_litert
from pipelines.exporting.portable_forms import write_litert_int8
from pipelines.exporting.portable_forms import write_onnx
from pipelines.exporting.portable_runners import open_litert
from pipelines.exporting.portable_runners import open_onnx
from pipelines.scorers import SCORERS
from pipelines.scorers import make_scorer
from pipelines.scorers import with_scorer
from tests.harness import to_numpy

SAMPLES = 2048
FORMS = {
    "onnx": (write_onnx, open_onnx),
    "litert": (write_litert, open_litert),
}


@pytest.fixture(scope="module", autouse=True)
def tiny_stages():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(STAGES, "tiny", ((2, 64, 1, 2),))
        yield


@pytest.fixture(autouse=True)
def same_weights():
    """Of some untrained networks an embedding all but vanishes.

    Its direction, and with it the score, is then what float32 rounds.
    """
    keras.utils.set_random_seed(0)


def draw_noise(batch, samples=SAMPLES, seed=0):
    generator = np.random.default_rng(seed)
    return generator.normal(0.0, 0.1, (batch, samples)).astype("float32")


def make_statistics():
    embedder = StatisticsEmbedder(
        samples=SAMPLES,
        num_mel_bins=4,
        num_modulation_bands=2,
        # Without the direction in which rounding alone moves clips.
        num_components=8,
    )
    embedder.fit(to_numpy(embedder.statistics(draw_noise(40))))
    return embedder


def make_mobile(**settings):
    return Embedder(
        samples=SAMPLES,
        num_mel_bins=8,
        embedding_dim=8,
        width=0.125,
        **{"stages": "tiny", **settings},
    )


def make_branches(**settings):
    return DualBranchEmbedder(
        samples=SAMPLES, width=0.125, branch_dim=4, **settings
    )


# Each with what it is told of clips of other lengths.
SYSTEMS = {
    "TASTgram-MFN": lambda: make_detector(make_mobile()),
    "STgram-MFN, cropping": lambda: make_detector(
        make_mobile(
            preset="paper", channels=("log_mel", "tgram"), stages="original"
        ),
        long_clips="crop",
        short_clips="pad",
    ),
    "a standardized gate, folded": lambda: fold(
        make_detector(make_mobile(gate="standardized"))
    ),
    "two branches": lambda: make_detector(
        make_branches(), head=SubclusterCosine(3, 2)
    ),
    "several resolutions, folded": lambda: fold(
        make_detector(
            make_branches(frame_lengths=(64, 256), spectrogram="log_mel")
        )
    ),
    "statistics": lambda: make_detector(make_statistics()),
}
# Spaces other than a scorer's own, so that each space comes once.
SPACES = {"nearest_neighbors": "standardized", "gaussian_mixture": "raw"}


def make_detector(embedder, scorer="centre_angle", head=None, **settings):
    """With a fitted scorer, limits for sounds, and one calibrated key."""
    keys = {"fan": [0], "pump": [1, 2], "fan/id_00": [2]}
    space = SPACES.get(scorer)
    fitted = make_scorer(with_scorer(Config(), scorer, space))
    if scorer != "centre_angle":
        clips = to_numpy(embedder(draw_noise(30), training=False))
        # Groups of 15, 12 and 3 clips, of which the last has no target.
        groups = np.repeat([0, 1, 2], [15, 12, 3])
        fitted = fitted.fit(clips, groups, np.arange(30) % 4 == 1)
    curve = ([-50.0, 0.0, 100.0], np.log([1.0, 0.5, 1e-4]))
    detector = AnomalyDetector(
        embedder,
        head or ClassCosine(3),
        fitted,
        keys,
        calibration=Calibration(3).fit([curve, None, None], [99, 0, 0]),
        **settings,
    )
    measures = to_numpy(detector.check.measure(draw_noise(9)))
    detector.check.fit(measures, np.zeros(9, "int32"))
    return detector


def make_inputs(samples):
    """Noise, a clip with NaN, one too loud, an unknown machine."""
    waveform = draw_noise(5, samples, seed=samples)
    waveform[1, samples // 2] = np.nan
    waveform[3] *= 20.0
    return waveform, np.array([0, 1, 2, 0, -1], "int32")


def check_form(detector, path, form, lengths=(SAMPLES,)):
    """Holds a form against the detector, in batches and clip by clip."""
    write, open_form = FORMS[form]
    write(detector, path)
    assert b"Flex" not in path.read_bytes()
    run = open_form(path)
    for samples in lengths:
        waveform, key = make_inputs(samples)
        expected = detector({"waveform": waveform, "key": key})
        check_outputs(run(waveform, key), expected)
        for row in range(2):
            own = slice(row, row + 1)
            check_outputs(
                run(waveform[own], key[own]),
                {name: value[own] for name, value in expected.items()},
            )


def check_outputs(outputs, expected):
    assert set(outputs) == set(portable_forms.OUTPUTS)
    for name, value in outputs.items():
        wanted = to_numpy(expected[name])
        assert value.shape == wanted.shape
        if name == "embedding":
            # Of a clip with NaN: a rectification may make it zero.
            is_sound = np.isfinite(wanted).all(axis=1)
            value, wanted = value[is_sound], wanted[is_sound]
        if name in ("valid", "decision"):
            np.testing.assert_array_equal(value, wanted, name)
        else:
            scale = np.maximum(1.0, np.abs(np.nan_to_num(wanted)))
            np.testing.assert_allclose(
                value / scale, wanted / scale, rtol=0, atol=1e-4, err_msg=name
            )


@pytest.fixture(autouse=True)
def packages(request):
    """TensorFlow 2.21 is tested without the packages of ONNX."""
    if "onnx" in request.node.name and "extra" not in request.node.name:
        pytest.importorskip("tf2onnx")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", SYSTEMS)
def test_every_embedder_gives_the_same(name, form, tmp_path):
    lengths = (SAMPLES, 100, SAMPLES // 2 + 1, SAMPLES + 1, 3 * SAMPLES - 5)
    check_form(SYSTEMS[name](), tmp_path / "model", form, lengths)


# A conversion takes long; these have all the operations there are.
CONVERTED = [(name, "litert") for name in ("centroids", "local_density")]


@pytest.mark.parametrize(
    "scorer, form", [*((name, "onnx") for name in SCORERS), *CONVERTED]
)
def test_every_scorer_gives_the_same(scorer, form, tmp_path):
    detector = make_detector(make_statistics(), scorer)
    check_form(detector, tmp_path / "model", form)


@pytest.mark.parametrize("make", [make_mobile, make_branches])
def test_8_bit_integers_are_in_the_network_alone(make, tmp_path):
    """All behind the embedding is computed from it as in float32."""
    detector = make_detector(make(), "local_density")
    path = tmp_path / "model"
    write_litert_int8(detector, path, list(draw_noise(12)))
    assert b"Flex" not in path.read_bytes()
    waveform, key = make_inputs(SAMPLES)
    outputs = open_litert(path)(waveform, key)
    expected = detector({"waveform": waveform, "key": key})
    np.testing.assert_array_equal(outputs["valid"], expected["valid"])
    sound = [0, 2, 3]
    difference = outputs["embedding"] - to_numpy(expected["embedding"])
    assert np.any(difference[sound] != 0)
    scores = detector.score(outputs["embedding"], key)["anomaly_score"]
    assert np.isnan(outputs["anomaly_score"][[1, 4]]).all()
    np.testing.assert_allclose(
        outputs["anomaly_score"][sound],
        to_numpy(scores)[sound],
        rtol=1e-4,
        atol=1e-4,
    )


def test_8_bit_integers_need_a_network(tmp_path):
    with pytest.raises(ValueError, match="layers=\\[\\], which have none"):
        write_litert_int8(
            make_detector(make_statistics()), tmp_path / "m", draw_noise(3)
        )


def test_8_bit_integers_need_clips(tmp_path):
    with pytest.raises(ValueError, match="must hold clips"):
        write_litert_int8(make_detector(make_mobile()), tmp_path / "m", [])


def test_without_the_extra_its_name_is_told(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tf2onnx", None)
    with pytest.raises(ValueError, match=r"keras-asd\[onnx\]"):
        write_onnx(make_detector(make_mobile()), tmp_path / "model")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ValueError, match=r"keras-asd\[onnx\]"):
        open_onnx(tmp_path / "model")
