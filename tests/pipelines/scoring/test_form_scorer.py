"""Exported forms as clip scorers, with a form made by hand."""

import json
import logging
import sys

import numpy as np
import pytest

from keras_asd.problems import PROBLEMS
from keras_asd.scorers import Calibration
from pipelines.exporting.contract import make_bare_contract
from pipelines.exporting.export_form import ExportForm
from pipelines.exporting.export_form import load_forms
from pipelines.exporting.manifest import write_manifest
from pipelines.runs.labels import LabelMap
from pipelines.scoring.clip_scorer import load_scorer
from pipelines.scoring.form_scorer import load_form
from pipelines.scoring.model_folder import find_model
from pipelines.scoring.model_folder import model_digest
from pipelines.scoring.model_folder import named_form
from pipelines.settings.config import Config
from pipelines.settings.embedders import MobileFaceNet
from pipelines.settings.front_ends import LogMel
from pipelines.training.assembly import make_detector
from tests.hand_made_model import CONTRACT as FACTS
from tests.hand_made_model import write_version

CONTRACT = {
    **FACTS,
    "machines": ["fan", "pump"],
    "least_rates": [0.1, None],
    "problems": list(PROBLEMS),
}


def open_loudness(path, num_threads=None):
    """Peak as the score and 1 - peak as the p-value; no p-value of pumps."""
    if path.read_text() != "loudness":
        raise RuntimeError("Protobuf\nparsing failed")

    def run(waveform, key):
        peak = np.abs(waveform).max(axis=1)
        return {
            "anomaly_score": peak,
            "p_value": np.where(key == 0, 1 - peak, np.nan),
            "decision": np.full(len(key), num_threads or 0, "int32"),
            "valid": key >= 0,
            "problem": np.where(key >= 0, 0, 1),
            "embedding": waveform[:, :2],
        }

    return run


FORM = ExportForm("loud", "model.loud", None, open_loudness, runtime="numpy")


def write_form(folder, contract=CONTRACT, content="loudness"):
    (folder / "assets.extra").mkdir(parents=True)
    (folder / "assets.extra/contract.json").write_text(json.dumps(contract))
    (folder / FORM.file).write_text(content)
    (folder / "model.onnx").write_bytes(b"of another runtime")
    write_manifest(folder, {})
    return folder


@pytest.mark.parametrize(
    ("rate", "decisions"),
    [(None, [0, 0, 0]), (0.6, [1, -1, -1]), (0.3, [0, -1, -1])],
)
def test_a_form_gives_arrays_of_all_outputs(tmp_path, rate, decisions, caplog):
    caplog.set_level(logging.INFO)
    scorer = load_form(write_form(tmp_path / "1"), FORM)
    assert "model.loud, with numpy" in caplog.text
    assert (scorer.machines, scorer.samples) == (("fan", "pump"), 8_000)
    waveforms = np.float32([[0.1, -0.5], [0.5, 0.0], [0.5, 0.1]])
    outputs = scorer.score(waveforms, ["fan", "pump", "whale"], rate)
    np.testing.assert_array_equal(outputs["anomaly_score"], [0.5, 0.5, 0.5])
    np.testing.assert_array_equal(outputs["p_value"], [0.5, np.nan, np.nan])
    assert outputs["decision"].tolist() == decisions
    assert outputs["problem"].tolist() == ["", "", "unknown machine"]


def test_the_number_of_threads_reaches_the_form(tmp_path):
    scorer = load_form(write_form(tmp_path / "1"), FORM, num_threads=3)
    outputs = scorer.score(np.zeros((1, 2), "float32"), ["fan"], None)
    assert outputs["decision"].tolist() == [3]


def test_of_a_version_the_form_s_own_files_are_enough(tmp_path):
    folder = write_form(tmp_path / "1")
    (folder / "model.onnx").unlink()
    (folder / "notes.txt").write_text("x")
    load_form(folder, FORM)
    (folder / FORM.file).write_text("loudnesS")
    with pytest.raises(ValueError, match="changed: model.loud"):
        load_form(folder, FORM)
    (folder / FORM.file).unlink()
    with pytest.raises(ValueError, match="missing: model.loud"):
        load_form(folder, FORM)
    (folder / FORM.file).symlink_to(tmp_path)
    with pytest.raises(ValueError, match="a link: model.loud"):
        load_form(folder, FORM)


def test_an_earlier_version_s_export_is_refused(tmp_path):
    earlier = {**CONTRACT}
    del earlier["least_rates"]
    folder = write_form(tmp_path / "1", earlier)
    with pytest.raises(ValueError, match="without least_rates. Export it"):
        load_form(folder, FORM)


def test_what_does_not_open_is_told_in_a_line(tmp_path):
    folder = write_form(tmp_path / "1", content="noise")
    with pytest.raises(ValueError, match="Protobuf parsing failed") as refused:
        load_form(folder, FORM)
    assert "\n" not in str(refused.value)


def test_a_runtime_that_is_missing_is_named(tmp_path, monkeypatch):
    folder = write_form(tmp_path / "1")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ValueError, match="no onnxruntime here"):
        load_form(folder, named_form("model.onnx"))


def test_the_file_of_a_form_names_it_and_its_version(tmp_path):
    folder = write_form(tmp_path / "1")
    path = str(folder / "model.onnx")
    assert named_form(path).name == "onnx"
    assert find_model(path) == folder
    digests = {
        model_digest(path, named_form(path)),
        model_digest(str(folder), FORM),
    }
    assert len(digests) == 2


def test_without_tensorflow_a_saved_model_alone_is_refused(
    tmp_path, monkeypatch
):
    folder = write_version(tmp_path / "1")
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(ValueError, match="by an exported form.*--also onnx"):
        load_scorer(str(folder))
    with pytest.raises(FileNotFoundError, match="must be the folder of a"):
        load_scorer(str(tmp_path / "gone"))


@pytest.mark.parametrize("name", ["onnx", "litert"])
def test_a_form_of_a_real_detector_scores_as_it_does(name, tmp_path):
    if name == "onnx":
        pytest.importorskip("tf2onnx")
    config = Config(
        embedder=MobileFaceNet(front_end=LogMel(num_mel_bins=32), width=0.125),
        clip_seconds=0.5,
    )
    label_map = LabelMap(("fan", "pump"), {"fan": (0,), "pump": (1,)})
    curve = ([-9.0, 0.0, 9.0], np.log([1.0, 0.5, 0.02]))
    detector = make_detector(config, label_map).with_parts(
        calibration=Calibration(2).fit([curve, None], [99, 0])
    )
    folder = tmp_path / "1"
    (folder / "assets.extra").mkdir(parents=True)
    contract = make_bare_contract(detector)
    assert contract["least_rates"] == [pytest.approx(0.02), None]
    (folder / "assets.extra/contract.json").write_text(json.dumps(contract))
    [form] = load_forms([name])
    form.write_and_open(folder, detector)
    write_manifest(folder, {})
    scorer = load_scorer(str(folder / form.file))
    generator = np.random.default_rng(0)
    waveforms = generator.uniform(-0.1, 0.1, (4, 9_000)).astype("float32")
    waveforms[3] = 0.0
    machines, key = ["fan", "pump", "fan", "fan"], np.int32([0, 1, 0, 0])
    for rate in (None, 0.001, 0.019, 0.02, 0.9, 0.999):
        outputs = scorer.score(waveforms, machines, rate)
        inputs = {"waveform": waveforms, "key": key}
        if rate is not None:
            inputs["false_alarm_rate"] = np.full(4, rate, "float32")
        expected = detector(inputs)
        for one in ("anomaly_score", "p_value", "decision", "valid"):
            np.testing.assert_allclose(
                outputs[one], np.array(expected[one]), rtol=1e-4, atol=1e-4
            )
        assert outputs["problem"].tolist() == ["", "", "", "silent"]
