import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.calibration.calibration_fitting import describe_calibration
from pipelines.calibration.calibration_fitting import fit_calibration
from pipelines.calibration.domain_curves import fit_domains
from pipelines.calibration.domain_curves import highest_curve
from pipelines.calibration.false_alarms import find_threshold
from pipelines.calibration.normal_scores import NormalScores
from pipelines.calibration.p_value_curves import Curve
from pipelines.calibration.p_value_curves import fit_curve


def draw(num_source, num_target, shift=3.0):
    scores = np.random.default_rng(0).normal(size=num_source + num_target)
    is_target = np.arange(len(scores)) >= num_source
    return NormalScores(scores + shift * is_target, is_target)


def find_shares(normal, curve, rate=0.05):
    generator = np.random.default_rng(1)
    limit = find_threshold(curve.scores, curve.p_values, rate)
    return [
        (generator.normal(size=5000) + shift > limit).mean()
        for shift in (0.0, 3.0)
    ]


def test_no_domain_with_enough_clips_lies_above_the_requested_rate():
    normal = draw(300, 100)
    together = find_shares(normal, fit_curve(normal.scores))
    curve, num_clips = fit_domains(normal)
    source, target = find_shares(normal, curve)
    # Of a quarter of the clips nearly all the alarms come.
    assert together[1] > 0.15
    assert source < 0.01 and target < 0.08
    assert num_clips == 100


def test_a_domain_of_few_clips_changes_nothing():
    normal = draw(100, 18)
    curve, num_clips = fit_domains(normal)
    assert num_clips == 100
    levels = np.interp(2.0, curve.scores, np.log(curve.p_values))
    together = fit_curve(normal.scores)
    expected = np.interp(2.0, together.scores, np.log(together.p_values))
    assert levels == pytest.approx(expected)


def test_without_domains_the_curve_is_that_of_the_clips():
    scores = np.random.default_rng(0).normal(size=120)
    for is_target in (None, np.zeros(120, bool), np.ones(120, bool)):
        curve, num_clips = fit_domains(NormalScores(scores, is_target))
        np.testing.assert_array_equal(curve.scores, fit_curve(scores).scores)
        assert num_clips == 120


@given(seed=st.integers(0, 999), size=st.integers(2, 40))
def test_the_highest_curve_is_the_largest_p_value_everywhere(seed, size):
    generator = np.random.default_rng(seed)
    curves = [
        Curve(
            np.sort(generator.normal(size=size)),
            np.sort(generator.random(size) + 1e-3)[::-1],
        )
        for _ in range(3)
    ]
    places = np.linspace(-4, 4, 500)
    expected = np.max(
        [np.interp(places, c.scores, np.log(c.p_values)) for c in curves],
        axis=0,
    )
    found = highest_curve(curves)
    levels = np.interp(places, found.scores, np.log(found.p_values))
    np.testing.assert_allclose(levels, expected, atol=1e-9)


def test_a_calibration_decides_by_the_domains_and_says_their_numbers():
    normals = {"fan": draw(300, 100)}
    calibration = fit_calibration(normals, ["fan"])
    outputs = calibration(np.float32([2.5, 6.0]), np.zeros(2, "int32"))
    assert np.array(outputs["decision"]).tolist() == [0, 1]
    facts = describe_calibration(normals, "empirical", 0.05)["keys"]["fan"]
    assert facts["num_clips"] == 100
    assert facts["num_clips_by_domain"] == {"source": 300, "target": 100}


def test_domains_must_be_those_of_the_scores():
    with pytest.raises(ValueError, match="a domain for each score"):
        NormalScores(np.arange(3.0), np.zeros(2, bool))
