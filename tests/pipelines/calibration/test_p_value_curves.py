import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from pipelines.calibration.false_alarms import find_threshold
from pipelines.calibration.false_alarms import fresh_alarms_band
from pipelines.calibration.gamma_threshold import gamma_threshold
from pipelines.calibration.p_value_curves import LEAST_P_VALUE
from pipelines.calibration.p_value_curves import NUM_HIGHEST
from pipelines.calibration.p_value_curves import fit_curve


def p_value(curve, score):
    return float(np.exp(np.interp(score, curve.scores, np.log(curve.p_values))))


def test_the_k_th_highest_of_n_has_p_value_k_of_n_and_one():
    scores = np.random.default_rng(0).normal(size=90)
    curve = fit_curve(scores)
    for place, score in enumerate(np.sort(scores)[::-1]):
        tolerance = 1e-9 if place < NUM_HIGHEST else 0.03
        expected = (place + 1) / 91
        assert p_value(curve, score) == pytest.approx(expected, rel=tolerance)
    assert curve.p_values[0] == 1.0 and curve.tail == ""


def test_many_scores_are_thinned_but_for_the_highest():
    scores = np.random.default_rng(0).normal(size=5000)
    curve = fit_curve(scores)
    assert len(curve.scores) < 150
    for place, score in enumerate(np.sort(scores)[::-1]):
        expected = (place + 1) / 5001
        tolerance = 1e-9 if place < NUM_HIGHEST else 0.05
        assert p_value(curve, score) == pytest.approx(expected, rel=tolerance)


def test_the_tail_goes_on_from_the_highest_score():
    scores = np.random.default_rng(0).exponential(size=1000)
    curve = fit_curve(scores)
    assert curve.tail in ("gamma", "pareto")
    assert 0 <= curve.fit_p_value <= 1
    highest = scores.max()
    assert p_value(curve, highest) == pytest.approx(1 / 1001)
    beyond = p_value(curve, highest + 2.3)
    assert 1 / 1001 / 40 < beyond < 1 / 1001 / 4
    assert p_value(curve, 1e9) == pytest.approx(LEAST_P_VALUE)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.floats(-1e6, 1e6, allow_subnormal=False), min_size=1, max_size=300
    )
)
def test_a_curve_of_any_scores_falls_and_ends_at_no_more_than_it_may(scores):
    curve = fit_curve(np.array(scores))
    if curve is None:
        assert np.ptp(scores) <= 1e-12 * np.abs(scores).max()
        return
    assert np.isfinite(curve.scores).all()
    assert (np.diff(curve.scores) >= 0).all()
    assert (np.diff(curve.p_values) <= 0).all()
    assert curve.p_values[0] == 1.0
    assert curve.p_values[-1] >= LEAST_P_VALUE * 0.999


def test_equal_scores_share_the_largest_of_their_ranks():
    curve = fit_curve(np.array([1.0, 2.0, 5.0, 5.0, 5.0]))
    assert p_value(curve, 5.0) == pytest.approx(3 / 6)


def test_the_gamma_curve_has_the_threshold_of_the_challenge():
    scores = np.random.default_rng(0).gamma(3.0, size=300)
    curve = fit_curve(scores, "gamma")
    for share in (0.9, 0.95, 0.99):
        threshold = find_threshold(curve.scores, curve.p_values, 1 - share)
        wanted = gamma_threshold(scores, share)
        assert threshold == pytest.approx(wanted, rel=1e-3)


def test_too_few_or_equal_scores_have_no_curve():
    assert fit_curve(np.zeros(0)) is None
    assert fit_curve(np.full(50, 0.3)) is None
    assert fit_curve(np.arange(9.0), "gamma") is None
    with pytest.raises(ValueError, match="`method` must be one of"):
        fit_curve(np.arange(9.0), "normal")


@pytest.mark.parametrize("rate", [0.1, 0.05, 0.01])
@pytest.mark.parametrize("name", ["normal", "exponential", "standard_t"])
def test_fresh_clips_raise_as_many_alarms_as_wished(rate, name):
    arguments = {"standard_t": {"df": 2}}.get(name, {})
    low, high = fresh_alarms_band(rate, 99, 500)
    inside, shares = [], []
    for seed in range(400):
        generator = np.random.default_rng(seed)
        scores = getattr(generator, name)(size=599, **arguments)
        curve = fit_curve(scores[:99])
        threshold = find_threshold(curve.scores, curve.p_values, rate)
        alarms = int((scores[99:] >= threshold).sum())
        inside.append(low <= alarms <= high)
        shares.append(alarms / 500)
    assert np.mean(inside) >= 0.92
    assert np.mean(shares) == pytest.approx(rate, rel=0.15)
