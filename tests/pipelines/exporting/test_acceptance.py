"""The check that every exported form goes through."""

import math

import numpy as np
import pytest

from pipelines.exporting.acceptance import Probe
from pipelines.exporting.acceptance import check_differences
from pipelines.exporting.acceptance import check_other_outputs
from pipelines.exporting.acceptance import find_differences
from pipelines.exporting.acceptance import make_probes
from pipelines.exporting.forms import open_detector
from pipelines.runs.labels import LabelMap
from pipelines.settings.config import Config
from pipelines.settings.embedders import MobileFaceNet
from pipelines.settings.front_ends import LogMel
from pipelines.training.assembly import make_detector


def form(scores, valid=None):
    scores = np.array(scores, "float32")
    valid = np.isfinite(scores) if valid is None else np.array(valid)
    return lambda waveform, key: {"anomaly_score": scores, "valid": valid}


PROBE = Probe("noise", np.zeros((2, 9), "float32"), np.zeros(2, "int32"))


@pytest.mark.parametrize(
    ("found", "difference"),
    [
        (form([10.0, 0.5]), 0.0),
        (form([10.5, 0.5]), 0.05),
        (form([10.0, 0.25]), 0.25),
        (form([math.nan, 0.5]), math.inf),
        (form([10.0, 0.5], valid=[True, False]), math.inf),
    ],
)
def test_differences_are_shares_of_the_score_or_one(found, difference):
    differences = find_differences(form([10.0, 0.5]), found, [PROBE])
    assert differences == {"noise": pytest.approx(difference)}


def test_both_without_a_score_agree():
    nothing = form([math.nan, 1.0])
    assert find_differences(nothing, nothing, [PROBE]) == {"noise": 0.0}


@pytest.mark.parametrize("difference", [1.1e-2, math.inf, math.nan])
def test_too_large_a_difference_is_refused_by_name(difference):
    with pytest.raises(ValueError, match="ONNX on noise"):
        check_differences("ONNX", {"noise": difference}, [PROBE])


def test_tones_and_silence_have_no_limit():
    silence = Probe("silence", PROBE.waveform, PROBE.key, is_limited=False)
    check_differences("ONNX", {"silence": 3.0}, [silence])


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
    score = open_detector(detector)
    assert not any(find_differences(score, score, probes).values())
    valid = {
        probe.name: score(probe.waveform, probe.key)["valid"].tolist()
        for probe in probes
    }
    assert valid["silence"] == [False]
    broken = [name for name in valid if "NaN" in name]
    assert [valid[name].count(False) for name in broken] == [2]


def test_more_than_expected_is_told(caplog):
    check_differences("ONNX", {"noise": 2e-4}, [PROBE])
    assert "ONNX on noise" in caplog.text


@pytest.mark.parametrize(
    ("difference", "is_refused"), [(3.0, False), (math.inf, True)]
)
def test_int8_may_round_but_must_have_scores(difference, is_refused):
    if not is_refused:
        check_differences("litert_int8", {"noise": difference}, [PROBE])
        return
    with pytest.raises(ValueError, match="litert_int8 on noise"):
        check_differences("litert_int8", {"noise": difference}, [PROBE])


def outputs(**changes):
    made = {
        "anomaly_score": np.float32([1.0, 2.0]),
        "p_value": np.float32([0.5, 0.04]),
        "decision": np.int32([0, 1]),
        "embedding": np.float32([[1.0, 0.0], [0.0, 2.0]]),
    }
    return lambda waveform, key: made | changes


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
    check_other_outputs("ONNX", outputs(), outputs(), [PROBE])
    with pytest.raises(ValueError, match=f"another {fault} of ONNX"):
        check_other_outputs("ONNX", outputs(), outputs(**changes), [PROBE])


def test_a_decision_may_turn_where_its_p_value_moved():
    moved = {
        "p_value": np.float32([0.5, 0.0500001]),
        "decision": np.int32([0, 0]),
    }
    check_other_outputs("ONNX", outputs(), outputs(**moved), [PROBE])
