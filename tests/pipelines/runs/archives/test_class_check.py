import importlib.util
import json

import keras
import pytest

from pipelines.runs.archives.class_check import OWN_PACKAGE
from pipelines.runs.archives.class_check import OWN_ROOMS
from pipelines.runs.archives.class_check import find_class_fault
from tests.scorer_cases import SCORER_CASES


def find(config):
    return find_class_fault(json.dumps(config).encode())


def entry(name, module="keras.layers", **options):
    parts = {"module": module, "class_name": name, "registered_name": None}
    return {**parts, "config": {}, **options}


@pytest.mark.parametrize(
    "foreign, reason",
    [
        (entry("Lambda"), "a Lambda, which runs"),
        (entry("Lambda", "keras.src.layers.core.lambda_layer"), "a Lambda"),
        (entry("TFSMLayer"), "a TFSMLayer"),
        (entry("TorchModuleWrapper"), "a TorchModuleWrapper"),
        (entry("StringLookup"), "a StringLookup"),
        (entry("__lambda__", "builtins"), "builtins.__lambda__"),
        (entry("function", "builtins", config="relu"), "builtins.function"),
        (entry("Popen", "subprocess"), "subprocess.Popen"),
        (entry("system", "os", registered_name="system"), "os.system"),
        (entry("Dense", None), "None.Dense"),
        (entry("Dense", "kerasx.layers"), "kerasx.layers.Dense"),
        (entry("Dense", "keras.layers.core"), "keras.layers.core.Dense"),
        (entry("Nothing"), "keras.layers.Nothing"),
        (
            entry("enable_unsafe_deserialization", "keras.config"),
            "keras.config",
        ),
        (entry("get_file", "keras.utils"), "keras.utils.get_file"),
        (entry("relu", "keras.activations"), "keras.activations.relu"),
        (entry("device", "keras"), "keras.device"),
        (entry("Dense", registered_name="evil>Dense"), "keras.layers.Dense"),
        (entry("Tgram", "keras_asd.layers"), "keras_asd.layers.Tgram"),
        (
            entry("Gone", "keras_asd", registered_name="keras_asd>Gone"),
            "keras_asd.Gone",
        ),
        (
            entry("Tgram", "evil", registered_name="keras_asd>Tgram"),
            "evil.Tgram",
        ),
        (
            entry("Dense", "keras_asd.x", registered_name="evil>Dense"),
            "keras_asd.x.Dense",
        ),
        ({"class_name": "Dense", "config": {}}, "None.Dense"),
        (entry(7), "keras.layers.7"),
        (entry(["Lambda"]), "keras.layers.['Lambda']"),
        (entry("x\ny", "os"), r"'os.x\ny'"),
        (entry("x" * 9999, "os"), "os.xxx"),
    ],
)
def test_a_class_that_is_not_ours_is_named(foreign, reason):
    own = keras.saving.serialize_keras_object(keras.layers.Dense(3))
    assert find(own) is None
    for config in (
        foreign,
        {**own, "compile_config": {"deep": [{"down": foreign}]}},
        {**own, "config": {"kernel_initializer": foreign}},
    ):
        fault = find(config)
        assert reason in fault and fault.isprintable() and len(fault) < 200


@pytest.mark.parametrize("name", SCORER_CASES)
def test_every_scorer_is_one_of_ours(name):
    config = keras.saving.serialize_keras_object(SCORER_CASES[name].built)
    assert find(config) is None


@pytest.mark.parametrize("room", OWN_ROOMS)
def test_the_rooms_of_our_classes_are_packages(room):
    # A folder that is gone but for its caches would still be imported.
    assert importlib.util.find_spec(f"{OWN_PACKAGE}.{room}").origin


def test_a_class_registered_by_others_is_refused():
    class Foreign(keras.layers.Layer):
        pass

    keras.saving.register_keras_serializable("keras_asd", "Foreign")(Foreign)
    try:
        config = entry(
            "Foreign", "keras_asd.layers", registered_name="keras_asd>Foreign"
        )
        fault = find(config)
        assert "no class of Keras or keras_asd" in fault
    finally:
        keras.saving.get_custom_objects().pop("keras_asd>Foreign")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b"[" * 99_999, b"[]", b"{}", b"null", b"1"]
)
def test_a_configuration_that_names_nothing_is_refused(content):
    assert "a config.json" in find_class_fault(content)
