import logging

import numpy as np

from pipelines.calibration.calibration_fitting import describe_calibration
from pipelines.calibration.calibration_fitting import fit_calibration
from pipelines.calibration.calibration_sources import bind_facts
from pipelines.calibration.calibration_sources import calibration_sources
from pipelines.calibration.calibration_sources import curve_digests
from pipelines.calibration.calibration_sources import warn_of_sources
from pipelines.calibration.normal_scores import NormalScores

NORMALS = {
    "fan": NormalScores(np.arange(199.0)),
    "pump": NormalScores(np.arange(49.0)),
    "valve": NormalScores(np.zeros(0)),
}
KEYS = list(NORMALS)


def make_facts():
    calibration = fit_calibration(NORMALS, KEYS)
    facts = describe_calibration(NORMALS, "empirical", 0.05)
    return bind_facts(facts, KEYS, calibration), calibration


def test_sources_are_those_of_the_scores():
    facts, calibration = make_facts()
    found = calibration_sources(facts, KEYS, calibration)
    assert found == ["unseen", "unseen", "uncalibrated"]


def test_facts_of_another_curve_are_not_believed():
    facts, _ = make_facts()
    other = {**NORMALS, "pump": NormalScores(np.arange(50.0))}
    calibration = fit_calibration(other, KEYS)
    found = calibration_sources(facts, KEYS, calibration)
    assert found == ["unseen", "unknown", "uncalibrated"]


def test_facts_of_earlier_versions_are_believed_without_a_digest():
    calibration = fit_calibration(NORMALS, KEYS)
    facts = describe_calibration(NORMALS, "empirical", 0.05)
    found = calibration_sources(facts, KEYS, calibration)
    assert found[:2] == ["unseen", "unseen"]


def test_a_digest_is_that_of_the_curve_and_not_of_its_padding():
    alone = fit_calibration({"pump": NORMALS["pump"]}, KEYS)
    beside = fit_calibration({"fan": NORMALS["fan"]}, KEYS).filled_from(alone)
    assert beside.num_knots > alone.num_knots
    digests = [curve_digests(KEYS, one)["pump"] for one in (alone, beside)]
    assert digests[0] == digests[1]


def test_machines_without_decisions_and_doubtful_ones_are_said(caplog):
    with caplog.at_level(logging.WARNING):
        warn_of_sources(["unseen"])
        assert not caplog.records
        warn_of_sources(["uncalibrated", "unseen", "unknown"])
    without, doubtful = caplog.messages
    assert without.startswith("1 of 3 machines are uncalibrated")
    assert doubtful.startswith("1 of 3 machines are calibrated with clips of")
    for line in (without, doubtful):
        assert "--holdout" in line and "keras-asd calibrate" in line
