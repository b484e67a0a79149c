"""The check that every exported form goes through."""

import math

import numpy as np
import pytest

from pipelines.exporting.acceptance import Probe
from pipelines.exporting.acceptance import check_form
from pipelines.exporting.acceptance import make_probes
from pipelines.exporting.acceptance import run_detector
from pipelines.exporting.export_form import ExportForm
from pipelines.runs.labels import LabelMap
from pipelines.settings.config import Config
from pipelines.settings.embedders import MobileFaceNet
from pipelines.settings.front_ends import LogMel
from pipelines.training.assembly import make_detector


def outputs(scores, valid=None, **changes):
    scores = np.array(scores, "float32")
    valid = np.isfinite(scores) if valid is None else np.array(valid)
    made = {
        "anomaly_score": scores,
        "valid": valid,
        "p_value": np.float32([0.5, 0.04]),
        "decision": np.int32([0, 1]),
        "embedding": np.float32([[1.0, 0.0], [0.0, 2.0]]),
    }
    return lambda waveform, key: made | changes


ONNX = ExportForm("onnx", "model.onnx", None, None)
INT8 = ExportForm("int8", "model.tflite", None, None, limit=math.inf)
NOISE = Probe("noise", np.zeros((2, 9), "float32"), np.zeros(2, "int32"))
SILENCE = Probe("silence", NOISE.waveform, NOISE.key, is_limited=False)
REFERENCE = outputs([10.0, 0.5])


@pytest.mark.parametrize(
    ("found", "difference"),
    [
        (outputs([10.0, 0.5]), 0.0),
        (outputs([10.5, 0.5]), 0.05),
        (outputs([10.0, 0.25]), 0.25),
        (outputs([math.nan, 0.5]), math.inf),
        (outputs([10.0, 0.5], valid=[True, False]), math.inf),
    ],
)
def test_differences_are_shares_of_the_score_or_one(found, difference):
    """Tones and silence have no limit: nothing is refused."""
    differences = check_form(ONNX, REFERENCE, found, [SILENCE])
    assert differences == {"silence": pytest.approx(difference)}


def test_both_without_a_score_agree():
    nothing = outputs([math.nan, 1.0])
    assert check_form(ONNX, nothing, nothing, [NOISE]) == {"noise": 0.0}


@pytest.mark.parametrize("score", [10.11, math.inf, math.nan])
def test_too_large_a_difference_is_refused_by_name(score):
    with pytest.raises(ValueError, match="within 0.01 .*onnx on noise"):
        check_form(ONNX, REFERENCE, outputs([score, 0.5]), [NOISE])


def test_probes_cover_batches_lengths_faults_and_real_clips():
    config = Config(
        embedder=MobileFaceNet(front_end=LogMel(num_mel_bins=32), width=0.125),
        clip_seconds=0.5,
    )
    label_map = LabelMap(("fan", "pump"), {"fan": (0,), "pump": (1,)})
    detector = make_detector(config, label_map)
    clip = np.random.default_rng(0).normal(0, 0.1, 9000).astype("float32")
    probes = make_probes(detector, [(clip, "pump")])
    shapes = {probe.waveform.shape for probe in probes}
    assert {(1, 8000), (7, 8000), (2, 4001), (2, 10666), (1, 9000)} <= shapes
    assert probes[-1].key.tolist() == [1]
    score = run_detector(detector)
    assert not any(check_form(ONNX, score, score, probes).values())
    valid = {
        probe.name: score(probe.waveform, probe.key)["valid"].tolist()
        for probe in probes
    }
    assert valid["silence"] == [False]
    broken = [name for name in valid if "NaN" in name]
    assert [valid[name].count(False) for name in broken] == [2]


def test_more_than_expected_is_told(caplog):
    check_form(ONNX, REFERENCE, outputs([10.002, 0.5]), [NOISE])
    assert "onnx on noise" in caplog.text


def test_int8_may_round_but_must_have_scores(caplog):
    check_form(INT8, REFERENCE, outputs([40.0, 0.5], p_value=0), [NOISE])
    assert not caplog.text
    with pytest.raises(ValueError, match="int8 on noise"):
        check_form(INT8, REFERENCE, outputs([math.nan, 0.5]), [NOISE])


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"p_value": np.float32([0.6, 0.04])}, "p_value"),
        ({"p_value": np.float32([0.5, np.nan])}, "p_value"),
        ({"decision": np.int32([0, 0])}, "decision"),
        ({"embedding": np.float32([[1.2, 0], [0, 2]])}, "embedding"),
    ],
)
def test_other_outputs_of_a_form_are_refused_by_name(changes, fault):
    check_form(ONNX, REFERENCE, REFERENCE, [NOISE])
    found = outputs([10.0, 0.5], **changes)
    with pytest.raises(ValueError, match=f"another {fault} of onnx"):
        check_form(ONNX, REFERENCE, found, [NOISE])


def test_a_decision_may_turn_where_its_p_value_moved():
    moved = {
        "p_value": np.float32([0.5, 0.0500001]),
        "decision": np.int32([0, 0]),
    }
    check_form(ONNX, REFERENCE, outputs([10.0, 0.5], **moved), [NOISE])
