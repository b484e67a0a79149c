"""Every public layer, model and scorer against one contract.

A new one needs an entry in `CASES` of `tests/layer_cases.py`: how to make it
and what to call it with.
"""

import importlib

import keras
import pytest

from tests import harness
from tests.layer_cases import CASES

ROOMS = ("layers", "models", "scorers")


def find_public_layers():
    """Names of all layers, models and scorers, such as `layers.Tgram`."""
    for room in ROOMS:
        module = importlib.import_module(f"keras_asd.{room}")
        for name in module.__all__:
            value = getattr(module, name)
            if isinstance(value, type) and issubclass(
                value, keras.layers.Layer
            ):
                yield f"{room}.{name}"


def case_of(name):
    assert name in CASES, f"add {name} to CASES of tests/layer_cases.py"
    return CASES[name]


pytestmark = pytest.mark.usefixtures("tiny_stages")
every_layer = pytest.mark.parametrize("name", list(find_public_layers()))


def test_no_entry_is_left_over():
    assert set(CASES) <= set(find_public_layers())


@every_layer
def test_it_comes_back_from_its_configuration(name):
    harness.check_configuration(case_of(name))


@every_layer
def test_it_keeps_its_promise_of_shapes(name):
    harness.check_shapes(case_of(name))


@every_layer
def test_a_clip_alone_gives_what_it_gives_in_any_batch(name):
    harness.check_batch_independence(case_of(name))


@every_layer
def test_it_gives_the_same_when_compiled(name):
    harness.check_compiled_call(case_of(name))


@every_layer
def test_one_training_step_moves_every_weight(name):
    harness.check_training_step(case_of(name))


@every_layer
@pytest.mark.parametrize(
    "policy, tolerance", [("mixed_float16", 0.03), ("mixed_bfloat16", 0.2)]
)
def test_it_works_in_mixed_precision(name, policy, tolerance):
    harness.check_mixed_precision(case_of(name), policy, tolerance)


@every_layer
def test_it_is_saved_and_loaded(name, tmp_path):
    harness.check_saving(case_of(name), tmp_path / "model.keras")
