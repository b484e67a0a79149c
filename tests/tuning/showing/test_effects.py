import math

import numpy as np
import pytest
from scipy import stats

from tuning.showing.effects import lowest_usual
from tuning.showing.effects import measure_effects
from tuning.trials.trial_record import TrialRecord


def search(columns, objectives):
    return [
        TrialRecord(
            f"{place:02d}",
            {name: column[place] for name, column in columns.items()},
            "completed",
            float(objective),
        )
        for place, objective in enumerate(objectives)
    ]


def test_the_correlation_is_spearmans():
    generator = np.random.default_rng(0)
    margins = generator.uniform(0, 1, 24).round(1).tolist()
    objectives = generator.uniform(0.7, 0.8, 24) - 0.05 * np.array(margins)
    [effect] = measure_effects(
        search({"margin": margins}, objectives), ["margin"]
    )
    expected = stats.spearmanr(margins, objectives).statistic
    low, high = effect.interval
    assert effect.correlation == pytest.approx(expected)
    assert low < effect.correlation < high


@pytest.mark.parametrize("name, base", [("scale", 2.0), ("margin", None)])
def test_a_straight_line_is_found_again(name, base):
    places = np.linspace(0.2, 1.1, 15)
    values = places if base is None else 10 * base**places
    objectives = 0.6 + 0.1 * places
    [effect] = measure_effects(
        search({name: values.tolist()}, objectives), [name]
    )
    found = np.array(effect.points)
    found = found if base is None else np.log(found / 10) / np.log(base)
    assert effect.means == pytest.approx(0.6 + 0.1 * found, abs=3e-3)
    assert np.all(np.array(effect.lows) <= np.array(effect.highs))


def test_the_curve_follows_a_hill():
    margins = np.linspace(0, 1, 40)
    records = search({"margin": margins.tolist()}, 0.8 - (margins - 0.5) ** 2)
    [effect] = measure_effects(records, ["margin"])
    best = effect.points[int(np.argmax(effect.means))]
    assert best == pytest.approx(0.5, abs=0.05)
    assert abs(effect.correlation) < 0.05


def test_choices_have_means_with_students_interval():
    gates = ["raw"] * 4 + ["standardized"] * 2
    objectives = [0.7, 0.72, 0.71, 0.75, 0.8, 0.82]
    [effect] = measure_effects(search({"gate": gates}, objectives), ["gate"])
    own = np.array(objectives[:4])
    low, high = stats.t.interval(0.95, 3, own.mean(), stats.sem(own))
    assert effect.points == ("raw", "standardized")
    assert effect.counts == (4, 2)
    assert effect.means == pytest.approx((own.mean(), 0.81))
    assert effect.lows[0] == pytest.approx(low)
    assert effect.highs[0] == pytest.approx(high)
    assert math.isnan(effect.lows[1])
    assert effect.correlation is None


@pytest.mark.parametrize(
    "margins, objectives",
    [
        ([0.1, 0.2, 0.3], [0.7, 0.8, 0.9]),
        ([0.1] * 12, np.linspace(0.7, 0.8, 12)),
        (np.linspace(0.1, 0.9, 12).tolist(), [0.7] * 12),
        ([], []),
    ],
)
def test_where_nothing_can_be_told_nothing_is(margins, objectives):
    [effect] = measure_effects(
        search({"margin": margins}, objectives), ["margin"]
    )
    assert effect.correlation is None
    assert effect.means == ()
    assert effect.num_trials == len(margins)


def test_few_trials_have_a_correlation_without_an_interval():
    margins = [0.1, 0.5, 0.2, 0.8, 0.6, 0.7]
    [effect] = measure_effects(search({"margin": margins}, margins), ["margin"])
    assert effect.correlation == pytest.approx(1.0)
    assert effect.interval is None
    assert effect.means == ()


def test_values_that_repeat_give_no_warning():
    clusters = [1] * 11 + [32]
    records = search({"num_subclusters": clusters}, np.linspace(0.7, 0.8, 12))
    [effect] = measure_effects(records, ["num_subclusters"])
    assert effect.interval is not None


def test_trials_without_an_objective_do_not_count():
    margins = np.linspace(0, 1, 12).tolist()
    records = search({"margin": margins}, margins)
    others = [
        TrialRecord("90", {"margin": 1.0}, "failed"),
        TrialRecord("91", {"margin": 1.0}, "running", objective=0.0),
    ]
    [expected] = measure_effects(records, ["margin"])
    assert measure_effects(records + others, ["margin"]) == [expected]


def test_a_collapsed_trial_counts_as_the_lowest_of_the_others():
    objectives = [0.5, *np.linspace(0.78, 0.82, 15)]
    margins = np.linspace(0, 1, 16).tolist()
    [effect] = measure_effects(
        search({"margin": margins}, objectives), ["margin"]
    )
    assert min(effect.means) > 0.75
    assert lowest_usual(objectives) == pytest.approx(0.78)
    assert lowest_usual([0.5]) == 0.5
