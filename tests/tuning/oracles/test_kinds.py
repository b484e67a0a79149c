import keras_tuner
import pytest

from tests.tuning.toy_search import TUNERS
from tests.tuning.toy_search import toy_oracle
from tests.tuning.toy_search import toy_settings
from tests.tuning.toy_search import toy_space
from tests.tuning.toy_search import toy_value
from tuning.oracles.kinds import make_oracle
from tuning.oracles.kinds import read_trials


def proposed(oracle, count=10**6, judge=lambda values: 0.5):
    """The values of so many trials, or of all."""
    found = []
    while len(found) < count:
        trial = oracle.create_trial("a")
        if trial.status == "STOPPED":
            break
        values = trial.hyperparameters.values
        found.append(values)
        if (value := judge(values)) is None:
            oracle.report(trial.trial_id, "a", {}, "It failed.")
        else:
            oracle.report(trial.trial_id, "a", {"val_proxy_auc": value})
    oracle.close()
    return found


@pytest.mark.parametrize("tuner", TUNERS)
def test_the_first_trial_is_what_one_has(tmp_path, tuner):
    (values,) = proposed(toy_oracle(tmp_path, tuner), count=1)
    expected = toy_space(tuner).values
    assert {name: values[name] for name in expected} == expected


@pytest.mark.parametrize("tuner", ["random", "bayesian", "hyperband"])
def test_the_seed_decides_and_zero_is_one(tmp_path, tuner):
    first, second = (
        proposed(toy_oracle(tmp_path / name, tuner), count=5) for name in "ab"
    )
    assert first == second


def test_the_grid_is_that_of_keras_tuner(tmp_path):
    oracle = toy_oracle(tmp_path, "grid", trials=99)
    theirs = keras_tuner.oracles.GridSearchOracle(
        objective=keras_tuner.Objective("val_proxy_auc", "max"),
        hyperparameters=toy_space("grid"),
    )
    expected = []
    for number in range(6):
        values = theirs.populate_space(f"{number}")["values"]
        expected.append(values)
        hp = theirs.hyperparameters.copy()
        hp.values = values
        theirs.trials[f"{number}"] = keras_tuner.engine.trial.Trial(hp)
        theirs.start_order.append(f"{number}")
        theirs._populate_next.append(f"{number}")
    assert proposed(oracle) == expected


def test_a_grid_that_is_cut_short_is_told(tmp_path, caplog):
    toy_oracle(tmp_path, "grid", trials=4).close()
    assert "6 combinations, of which the first 4 are tried" in caplog.text


@pytest.mark.parametrize("tuner", ["random", "bayesian"])
def test_a_small_space_is_tried_once_and_then_the_search_ends(tmp_path, tuner):
    space = keras_tuner.HyperParameters()
    space.Choice("gate", ["raw", "standardized"])
    space.Choice("mix_per", ["batch", "clip"])
    found = proposed(make_oracle(toy_settings(tuner, 50), space, tmp_path))
    distinct = {tuple(values.values()) for values in found}
    assert len(found) == len(distinct) == 4


def test_bayesian_values_are_better_than_random_ones(tmp_path):
    best = {}
    for tuner in ("random", "bayesian"):
        oracle = toy_oracle(tmp_path / tuner, tuner, trials=10)
        values = map(toy_value, proposed(oracle, judge=toy_value))
        best[tuner] = sum(sorted(values)[-4:])
    assert best["bayesian"] > best["random"]


def test_bayesian_values_do_without_those_of_failed_trials(tmp_path):
    oracle = toy_oracle(tmp_path, "bayesian", trials=8)

    def judge(values):
        return None if values["gate"] == "raw" else toy_value(values)

    assert len(proposed(oracle, judge=judge)) == 8


@pytest.mark.parametrize("failed", [(), ("0003",), ("0000", "0001", "0009")])
def test_hyperband_trains_the_better_ones_on(tmp_path, failed):
    oracle = toy_oracle(tmp_path, "hyperband")
    numbers = iter(range(99))

    def judge(values):
        name = f"{next(numbers):04d}"
        return None if name in failed else toy_value(values)

    proposed(oracle, judge=judge)
    records = {one.name: one for one in read_trials(oracle)}
    parents = {}
    for trial in oracle.read():
        values = trial.hyperparameters.values
        record = records[trial.trial_id]
        assert set(record.values) == {"margin", "scale", "gate"}
        assert record.metrics["epochs"] == values["tuner/epochs"]
        if "tuner/trial_id" in values:
            parent = records[values["tuner/trial_id"]]
            parents[trial.trial_id] = parent.name
            assert parent.values == record.values
            assert parent.metrics["epochs"] < record.metrics["epochs"]
    first = sorted(
        (records[f"{number:04d}"] for number in range(9)),
        key=lambda record: record.objective or 0,
    )
    # Of nine, three, one; of five, two; and three that train to the end.
    assert len(records) == 23
    assert [parents[name] for name in ("0009", "0010", "0011")] == [
        record.name for record in reversed(first[-3:])
    ]
    assert parents["0012"] == ("0010" if "0009" in failed else "0009")


def test_hyperband_ends_where_everything_fails(tmp_path):
    oracle = toy_oracle(tmp_path, "hyperband")
    assert len(proposed(oracle, judge=lambda values: None)) == 9 + 5 + 3
