import numpy as np
import pytest

from tuning.showing.importance import measure_importance
from tuning.trials.trial_record import TrialRecord

NAMES = ("margin", "scale", "gate")


def search(num_trials, worth):
    generator = np.random.default_rng(0)
    records = []
    for place in range(num_trials):
        values = {
            "margin": float(generator.uniform(0, 1)),
            "scale": float(generator.uniform(8, 128)),
            "gate": str(generator.choice(["raw", "standardized"])),
        }
        objective = worth(values) + 0.002 * generator.standard_normal()
        records.append(
            TrialRecord(f"{place}", values, "completed", float(objective))
        )
    return records


def test_what_alone_decides_has_most_of_the_share():
    records = search(40, lambda values: 0.7 + 0.2 * values["margin"])
    importance = measure_importance(records, NAMES)
    assert importance.shares["margin"] > 0.9
    assert sum(importance.shares.values()) == pytest.approx(1.0)
    assert importance == measure_importance(records, NAMES)


def test_shares_are_those_of_the_explained_variance():
    def worth(values):
        return 0.2 * values["margin"] + 0.1 * values["scale"] / 120

    # Of independent parameters, permuting one adds twice its own variance.
    expected = {"margin": 4 / 5, "scale": 1 / 5, "gate": 0.0}
    shares = measure_importance(search(300, worth), NAMES).shares
    assert shares == pytest.approx(expected, abs=0.04)


def test_a_choice_can_decide():
    records = search(40, lambda values: 0.7 + 0.1 * (values["gate"] == "raw"))
    assert measure_importance(records, NAMES).shares["gate"] > 0.9


def test_noise_has_no_share():
    importance = measure_importance(search(24, lambda values: 0.7), NAMES)
    assert importance.shares == {}
    assert "too little" in importance.reason


@pytest.mark.parametrize(
    "num_trials, names, reason",
    [(19, NAMES, "20 completed"), (24, ("margin",), "two parameters")],
)
def test_too_little_to_tell_says_so(num_trials, names, reason):
    importance = measure_importance(search(num_trials, lambda v: 0.7), names)
    assert importance.shares == {}
    assert reason in importance.reason


def test_trials_that_do_not_differ_have_no_share():
    records = [
        TrialRecord(str(i), {"margin": 0.1 * i, "scale": 1.0}, "completed", 0.5)
        for i in range(24)
    ]
    importance = measure_importance(records, ["margin", "scale"])
    assert "that differ" in importance.reason
