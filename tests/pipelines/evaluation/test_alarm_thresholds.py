import numpy as np

from pipelines.calibration.calibration_fitting import describe_calibration
from pipelines.calibration.calibration_fitting import fit_calibration
from pipelines.calibration.normal_scores import NormalScores
from pipelines.evaluation.alarm_thresholds import threshold_table

NORMALS = {
    "fan": NormalScores(np.arange(199.0)),
    "pump": NormalScores(np.arange(49.0)),
}


def make_table(rate, method="empirical"):
    calibration = fit_calibration(NORMALS, list(NORMALS), method)
    facts = describe_calibration(NORMALS, method, 0.05)
    table = threshold_table(list(NORMALS), calibration, facts, rate)
    return table.splitlines()


def test_a_line_tells_all_of_a_machine():
    wish, header, _, fan, pump = make_table(0.05)
    assert wish.startswith("Wished false-alarm rate: 5 %, one in 20 ")
    assert header.split()[:3] == ["machine", "threshold", "clips"]
    # The tenth highest of 199 is exceeded with probability 10 / 200.
    assert fan.split() == "fan 189 199 unseen 2.4 % to 8.4 %".split()
    assert pump.split()[2:4] == ["49", "unseen"]


def test_a_machine_without_unseen_clips_is_uncalibrated():
    normals = {**NORMALS, "pump": NormalScores(np.zeros(0))}
    calibration = fit_calibration(normals, list(normals))
    facts = describe_calibration(normals, "empirical", 0.05)
    table = threshold_table(list(normals), calibration, facts, 0.05)
    *_, pump, note = table.splitlines()
    assert pump.split() == ["pump", "-", "0", "uncalibrated", "no", "decision"]
    assert "keras-asd calibrate RUN FRESH" in note


def test_too_few_clips_are_said():
    *_, fan, pump = make_table(0.01)
    assert pump.endswith("too few clips: at least 99 are needed")
    assert pump.split()[1] == "-"
    assert fan.split()[1] == "197"


def test_of_a_gamma_distribution_no_interval_is_known():
    assert make_table(0.05, "gamma")[3].endswith("gamma distribution")


def test_equal_scores_are_told_from_too_few_clips():
    normals = {"fan": NormalScores(np.minimum(np.arange(50.0), 40.0))}
    calibration = fit_calibration(normals, list(normals))
    facts = describe_calibration(normals, "empirical", 0.05)
    *_, fan = threshold_table(["fan"], calibration, facts, 0.05).splitlines()
    assert fan.endswith("no p-value is as small: the highest scores are equal")
    assert fan.split()[1] == "-"


def test_of_a_run_without_facts_nothing_is_said():
    calibration = fit_calibration(NORMALS, list(NORMALS))
    facts = {"method": "unknown", "keys": {}}
    table = threshold_table(list(NORMALS), calibration, facts, 0.05)
    *_, fan, pump = table.splitlines()
    assert fan.split() == ["fan", "189", "199", "unknown", "unknown"]
    assert pump.split()[3:] == ["unknown", "unknown"]
