"""Every embedder and scorer in every form, against the detector itself."""

import functools
import sys

import keras
import numpy as np
import pytest

from keras_asd.presets import STAGES
from pipelines.exporting.export_form import FORMS
from pipelines.exporting.export_form import load_forms
from pipelines.exporting.onnx_form import open_onnx
from pipelines.exporting.onnx_form import write_onnx
from pipelines.exporting.openvino_form import open_openvino
from pipelines.exporting.portable_function import OUTPUTS
from pipelines.settings.labels import kinds
from pipelines.settings.scorers import CustomScorer
from pipelines.settings.scorers import Scorer
from tests.harness import to_numpy
from tests.pipelines.exporting.portable_systems import SAMPLES
from tests.pipelines.exporting.portable_systems import SYSTEMS
from tests.pipelines.exporting.portable_systems import draw_noise
from tests.pipelines.exporting.portable_systems import make_detector
from tests.pipelines.exporting.portable_systems import make_inputs
from tests.pipelines.exporting.portable_systems import make_joined
from tests.pipelines.exporting.portable_systems import make_mobile
from tests.pipelines.exporting.portable_systems import make_statistics

# Those that compute in 8-bit integers have tests of their own.
FLOAT_FORMS = [name for name in FORMS if not name.endswith("int8")]


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


# All forms of a detector, one after the other, are held against one.
make_system = functools.lru_cache(1)(lambda name: SYSTEMS[name]())


@functools.lru_cache(8)
def expect(detector, samples):
    waveform, key = make_inputs(samples)
    return detector({"waveform": waveform, "key": key})


def check_form(detector, folder, name, lengths=(SAMPLES,)):
    """Holds a form against the detector, in batches and clip by clip."""
    [form] = load_forms([name])
    run = form.write_and_open(folder, detector)
    assert b"Flex" not in (folder / form.file).read_bytes()
    for samples in lengths:
        waveform, key = make_inputs(samples)
        expected = expect(detector, samples)
        check_outputs(run(waveform, key), expected)
        for row in range(2):
            own = slice(row, row + 1)
            check_outputs(
                run(waveform[own], key[own]),
                {name: value[own] for name, value in expected.items()},
            )


def check_outputs(outputs, expected):
    assert set(outputs) == set(OUTPUTS)
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
    names = {"onnx": "tf2onnx", "openvino": "openvino", "vino_int8": "nncf"}
    for name, package in names.items():
        if name in request.node.name and "extra" not in request.node.name:
            pytest.importorskip(package)


@pytest.mark.parametrize("form", FLOAT_FORMS)
@pytest.mark.parametrize("name", SYSTEMS)
def test_every_embedder_gives_the_same(name, form, tmp_path):
    lengths = (SAMPLES, 100, SAMPLES // 2 + 1, SAMPLES + 1, 3 * SAMPLES - 5)
    check_form(make_system(name), tmp_path, form, lengths)


SCORERS = [
    name
    for name, kind in kinds(Scorer).items()
    # That of views is one of the systems.
    if kind.is_fitted and not kind.leaves_out and kind is not CustomScorer
]
# A conversion takes long; these have all the operations there are.
CONVERTED = [(name, "litert") for name in ("Centroids", "LocalDensity")]


@pytest.mark.parametrize(
    "scorer, form", [*((name, "onnx") for name in SCORERS), *CONVERTED]
)
def test_every_scorer_gives_the_same(scorer, form, tmp_path):
    detector = make_detector(make_statistics(), scorer)
    check_form(detector, tmp_path, form)


INT8 = ["litert_int8", "openvino_int8"]


@pytest.mark.parametrize("name", INT8)
@pytest.mark.parametrize(
    "make", [make_mobile, functools.partial(make_joined, frame_lengths=(64,))]
)
def test_8_bit_integers_are_in_the_network_alone(make, name, tmp_path):
    """All behind the embedding is computed from it as in float32."""
    detector = make_detector(make(), "LocalDensity")
    [form] = load_forms([name])
    run = form.write_and_open(tmp_path, detector, list(draw_noise(12)))
    assert b"Flex" not in (tmp_path / form.file).read_bytes()
    waveform, key = make_inputs(SAMPLES)
    outputs = run(waveform, key)
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


@pytest.mark.parametrize("name", FORMS)
def test_a_form_that_is_not_there_is_named(tmp_path, name):
    [form] = load_forms([name])
    with pytest.raises(FileNotFoundError, match="Received: .*gone"):
        form.open(tmp_path / "gone")


@pytest.mark.parametrize("name", INT8)
def test_8_bit_integers_need_a_network(name, tmp_path):
    [form] = load_forms([name])
    with pytest.raises(ValueError, match="8-bit integers are for"):
        form.write(
            make_detector(make_statistics()), tmp_path / "m", draw_noise(3)
        )


@pytest.mark.parametrize("name", INT8)
def test_8_bit_integers_need_clips(name, tmp_path):
    [form] = load_forms([name])
    with pytest.raises(ValueError, match="must hold clips"):
        form.write(make_detector(make_mobile()), tmp_path / "m", [])


def test_openvino_scores_clips_in_any_number_of_threads(tmp_path):
    detector = make_detector(make_mobile())
    [form] = load_forms(["openvino"])
    form.write_and_open(tmp_path, detector)
    waveform, key = make_inputs(SAMPLES)
    expected = detector({"waveform": waveform, "key": key})
    for num_threads in (1, 3):
        run = open_openvino(tmp_path / form.file, num_threads)
        check_outputs(run(waveform, key), expected)
    rounded = open_openvino(tmp_path / form.file, precision="bf16")
    found = rounded(waveform, key)["anomaly_score"]
    wanted = to_numpy(expected["anomaly_score"])
    np.testing.assert_array_equal(np.isnan(found), np.isnan(wanted))


def test_without_the_extra_its_name_is_told(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tf2onnx", None)
    with pytest.raises(ValueError, match=r"keras-asd\[onnx\]"):
        write_onnx(make_detector(make_mobile()), tmp_path / "model")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ValueError, match=r"keras-asd\[onnx\]"):
        open_onnx(tmp_path / "model")
