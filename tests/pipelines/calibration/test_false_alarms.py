import numpy as np
import pytest

from keras_asd.scorers import Calibration
from pipelines.calibration.false_alarms import find_threshold
from pipelines.calibration.false_alarms import fresh_alarms_band
from pipelines.calibration.false_alarms import least_rate
from pipelines.calibration.false_alarms import needed_clips
from pipelines.calibration.false_alarms import rate_interval
from pipelines.calibration.false_alarms import thresholds
from pipelines.calibration.p_value_curves import fit_curve
from pipelines.calibration.requested_rates import requested_rate


def test_every_request_is_a_rate():
    assert requested_rate(rate=0.02) == 0.02
    assert requested_rate(one_in=50) == 0.02
    assert requested_rate(per_day=2, clips_per_day=100) == 0.02
    assert requested_rate() is None


@pytest.mark.parametrize(
    "request_",
    [
        {"rate": 0.0},
        {"rate": 1.0},
        {"rate": float("nan")},
        {"one_in": 0},
        {"one_in": 1},
        {"per_day": 200, "clips_per_day": 100},
        {"per_day": 2, "clips_per_day": 0},
        {"per_day": 2},
        {"clips_per_day": 100},
        {"rate": 0.1, "one_in": 10},
    ],
)
def test_a_wrong_request_is_refused(request_):
    with pytest.raises(ValueError, match="A requested"):
        requested_rate(**request_)


@pytest.mark.parametrize("num_clips", [1, 9, 19, 99, 100, 999])
def test_the_clips_that_a_rate_needs_promise_it(num_clips):
    assert needed_clips(least_rate(num_clips)) == num_clips
    assert needed_clips(1.01 * least_rate(num_clips)) <= num_clips


def simulate(num_clips, num_fresh, rank, repeats=4000):
    """False alarms of the k-th highest of n, and its true rate; uniform."""
    generator = np.random.default_rng(0)
    normal = np.sort(generator.uniform(size=(repeats, num_clips)), axis=1)
    threshold = normal[:, -rank]
    fresh = generator.uniform(size=(repeats, num_fresh))
    return (fresh >= threshold[:, None]).sum(axis=1), 1.0 - threshold


def test_interval_and_band_hold_what_they_say():
    rate = 5 / 100
    alarms, true_rates = simulate(num_clips=99, num_fresh=80, rank=5)
    low, high = rate_interval(rate, 99)
    inside = np.mean((low <= true_rates) & (true_rates <= high))
    assert inside == pytest.approx(0.95, abs=0.015)
    low, high = fresh_alarms_band(rate, 99, 80)
    inside = np.mean((low <= alarms) & (alarms <= high))
    assert 0.945 <= inside <= 0.985
    assert np.mean(alarms) / 80 == pytest.approx(rate, rel=0.03)


def test_more_clips_tell_the_rate_better():
    widths = [np.diff(rate_interval(0.05, size)) for size in (50, 500, 5000)]
    assert widths[0] > 2 * widths[1] > 4 * widths[2]


def test_a_threshold_is_where_the_decision_turns():
    generator = np.random.default_rng(0)
    curves = [
        (
            np.sort(generator.normal(size=30)),
            -np.sort(generator.gamma(2, size=30)),
        )
        for _ in range(3)
    ]
    calibration = Calibration(4).fit([*curves, None], [50, 500, 15, 0])
    found = thresholds(calibration, 0.05)
    assert np.isfinite(found[:2]).all() and np.isnan(found[2:]).all()
    for key, threshold in enumerate(found[:2]):
        scores = np.array([threshold - 1e-4, threshold + 1e-4], "float32")
        decisions = calibration(scores, np.full(2, key))["decision"]
        assert np.array(decisions).tolist() == [0, 1]


def test_a_rate_below_all_p_values_has_no_threshold():
    curve = np.array([0.0, 1.0]), np.array([1.0, 0.1])
    assert find_threshold(*curve, 0.05) == np.inf
    assert find_threshold(*curve, 0.1) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("num_clips", range(1, 400, 7))
def test_just_enough_clips_have_a_threshold(num_clips):
    curve = fit_curve(np.arange(num_clips + 1.0)[1:] ** 2 / 7)
    knots = (curve.scores, np.log(curve.p_values)) if curve else None
    calibration = Calibration(1).fit([knots], [num_clips if curve else 0])
    found = thresholds(calibration, least_rate(num_clips))
    assert np.isfinite(found).all() == (curve is not None)


def test_equal_scores_have_an_infinite_threshold_and_few_clips_none():
    curve = fit_curve(np.array([*range(40), *[50.0] * 10]))
    knots = curve.scores, np.log(curve.p_values)
    calibration = Calibration(2).fit([knots, knots], [50, 5])
    found = thresholds(calibration, 0.05)
    assert np.isposinf(found[0]) and np.isnan(found[1])
