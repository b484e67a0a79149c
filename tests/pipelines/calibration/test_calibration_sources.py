import logging

import numpy as np

from pipelines.calibration.calibration_fitting import describe_calibration
from pipelines.calibration.calibration_fitting import fit_calibration
from pipelines.calibration.calibration_sources import bind_facts
from pipelines.calibration.calibration_sources import calibration_sources
from pipelines.calibration.calibration_sources import curve_digests
from pipelines.calibration.calibration_sources import warn_of_optimism
from pipelines.calibration.normal_scores import NormalScores

NORMALS = {
    "fan": NormalScores(np.arange(199.0)),
    "pump": NormalScores(np.arange(49.0), "trained on"),
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
    assert found == ["unseen", "trained on", "none"]


def test_facts_of_another_curve_are_not_believed():
    facts, _ = make_facts()
    other = {**NORMALS, "pump": NormalScores(np.arange(50.0))}
    calibration = fit_calibration(other, KEYS)
    found = calibration_sources(facts, KEYS, calibration)
    assert found == ["unseen", "unknown", "none"]


def test_facts_of_earlier_versions_are_believed_without_a_digest():
    calibration = fit_calibration(NORMALS, KEYS)
    facts = describe_calibration(NORMALS, "empirical", 0.05)
    found = calibration_sources(facts, KEYS, calibration)
    assert found[:2] == ["unseen", "trained on"]


def test_a_digest_is_that_of_the_curve_and_not_of_its_padding():
    alone = fit_calibration({"pump": NORMALS["pump"]}, KEYS)
    beside = fit_calibration({"fan": NORMALS["fan"]}, KEYS).filled_from(alone)
    assert beside.num_knots > alone.num_knots
    digests = [curve_digests(KEYS, one)["pump"] for one in (alone, beside)]
    assert digests[0] == digests[1]


def test_clips_that_are_not_unseen_are_warned_of_once(caplog):
    with caplog.at_level(logging.WARNING):
        warn_of_optimism(["unseen", "none"])
        assert not caplog.records
        warn_of_optimism(["trained on", "unseen", "unknown"])
    (record,) = caplog.records
    assert record.getMessage().startswith("2 of 3 machines")
    assert "--holdout" in record.getMessage()
    assert "keras-asd calibrate" in record.getMessage()
