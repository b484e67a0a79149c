"""What the search relies on in keras-tuner, beyond its documentation."""

import ast
import importlib.metadata
import pathlib

import keras_tuner
import pytest

from tests.tuning.toy_search import toy_oracle
from tests.tuning.toy_search import toy_space
from tuning.oracles import keras_tuner_internals

TUNING = pathlib.Path(__file__).parents[3] / "tuning"
VERSION = importlib.metadata.version("keras-tuner")
WAY_OUT = (
    f"keras-tuner {VERSION} has another {{}}. Mend its users in tuning/, this "
    "list and the bound in setup.py."
)

RANDOM = keras_tuner.oracles.RandomSearchOracle
HYPERBAND = keras_tuner.oracles.HyperbandOracle
BAYESIAN = keras_tuner.oracles.BayesianOptimizationOracle
PRIVATE = [
    (RANDOM, "_duplicate"),
    (RANDOM, "_random_values"),
    (RANDOM, "_record_values"),
    (RANDOM, "_retry_queue"),
    (RANDOM, "_tried_so_far"),
    (HYPERBAND, "_brackets"),
    (BAYESIAN, "_random_populate_space"),
    (BAYESIAN, "_random_state"),
]
UNDOCUMENTED = [
    "allow_new_entries",
    "end_order",
    "hyperparameters",
    "max_trials",
    "objective",
    "ongoing_trials",
    "populate_space",
    "start_order",
    "trials",
    "tuner_ids",
]


def make(oracle):
    return oracle(
        objective=keras_tuner.Objective("val_proxy_auc", "max"),
        hyperparameters=toy_space("random"),
    )


def test_it_is_the_minor_version_that_was_tried():
    assert VERSION.startswith("1.4."), WAY_OUT.format("minor version")


@pytest.mark.parametrize(("oracle", "name"), PRIVATE)
def test_a_private_attribute_is_there(oracle, name):
    assert hasattr(make(oracle), name), WAY_OUT.format(name)


@pytest.mark.parametrize("name", UNDOCUMENTED)
def test_an_undocumented_attribute_is_there(name):
    assert hasattr(make(RANDOM), name), WAY_OUT.format(name)


def test_states_have_the_shape_that_is_extended():
    state = make(RANDOM).get_state()
    assert {"hyperparameters", "tried_so_far", "ongoing_trials"} <= set(state)
    assert {"space", "values"} == set(state["hyperparameters"])


def test_a_proposal_is_a_status_and_values():
    for oracle in (RANDOM, HYPERBAND, BAYESIAN):
        found = make(oracle).populate_space("0000")
        assert found["status"] == keras_tuner_internals.TrialStatus.RUNNING
        assert set(toy_space("random").values) <= set(found["values"])


def test_a_bracket_has_rounds_of_trials_by_id():
    oracle = make(HYPERBAND)
    found = oracle.populate_space("0000")
    (bracket,) = oracle._brackets
    assert bracket["rounds"][0] == [{"past_id": None, "id": "0000"}]
    assert "tuner/epochs" in found["values"]


def test_the_random_state_is_numpys():
    kind, keys, *rest = make(BAYESIAN)._random_state.get_state()
    assert kind == "MT19937" and keys.shape == (624,) and len(rest) == 3


@pytest.mark.parametrize("name", ["GetSpace", "CreateTrial", "EndTrial"])
def test_the_service_has_its_calls_and_messages(name):
    assert hasattr(keras_tuner_internals.OracleServicer, name)
    for kind in ("Request", "Response"):
        assert hasattr(keras_tuner_internals.get_service(), name + kind)


def test_trials_and_their_metrics_come_back_from_state_and_message(tmp_path):
    oracle = toy_oracle(tmp_path, "random")
    trial = oracle.create_trial("a")
    trial = oracle.update_trial(trial.trial_id, {"val_proxy_auc": 0.5})
    oracle.close()
    again = keras_tuner_internals.Trial.from_state(trial.get_state())
    assert again.get_state() == trial.get_state()
    sent = keras_tuner_internals.Trial.from_proto(trial.to_proto())
    assert sent.hyperparameters.values == trial.hyperparameters.values
    assert isinstance(again.metrics, keras_tuner_internals.MetricsTracker)


def nodes_of(kind, folder):
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, kind):
                yield path, node


def test_private_modules_are_imported_in_one_place():
    paths = {
        path.name
        for path, node in nodes_of(ast.ImportFrom, TUNING)
        if node.module.startswith(("keras_tuner.src", "keras_tuner.engine"))
    }
    assert paths == {"keras_tuner_internals.py"}


def test_every_private_attribute_that_is_used_is_listed():
    oracles = TUNING / "oracles"
    ours = {node.name for _, node in nodes_of(ast.FunctionDef, oracles)}
    for _, node in nodes_of(ast.Assign | ast.AnnAssign, oracles):
        targets = getattr(node, "targets", None) or [node.target]
        ours |= {one.attr for one in targets if isinstance(one, ast.Attribute)}
    used = {
        node.attr
        for _, node in nodes_of(ast.Attribute, oracles)
        if node.attr.startswith("_") and not node.attr.endswith("__")
    }
    overridden = {"_random_values"}
    assert used - (ours - overridden) == {name for _, name in PRIVATE}
