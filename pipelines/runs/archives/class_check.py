"""Check of the classes that the configuration of a `.keras` file names.

`config.json` names what is made when the file is loaded. Keras's safe mode
stops the known ways to run foreign code; this check allows only the classes
of this package, and those of Keras that networks, losses and optimizers are
made of.
"""

import importlib
import json
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

import keras

OWN_PACKAGE = "keras_asd"
OWN_ROOMS = ("layers", "losses", "metrics", "models", "scorers")
KERAS_MODULES = (
    "keras",
    "keras.constraints",
    "keras.initializers",
    "keras.layers",
    "keras.losses",
    "keras.metrics",
    "keras.optimizers",
    "keras.optimizers.schedules",
    "keras.random",
    "keras.regularizers",
)
# These run what the file brings along, or read files that it names.
FORBIDDEN = (
    "FlaxLayer",
    "IntegerLookup",
    "JaxLayer",
    "Lambda",
    "StringLookup",
    "TFSMLayer",
    "TextVectorization",
    "TorchModuleWrapper",
)
MAX_SHOWN = 60


def find_class_fault(config: bytes, trust: Sequence[str] = ()) -> str | None:
    """Returns why the configuration of a `.keras` file is refused.

    Args:
        config: Content of `config.json`.
        trust: Packages of the user's own, whose classes are imported, and
            functional models with them.

    Returns:
        Reason to refuse it, or `None`.

    >>> find_class_fault(b'{"class_name": "Lambda", "module": "keras.layers"}')
    'a Lambda, which runs or reads what the file says'
    >>> find_class_fault(b'{"class_name": "Popen", "module": "subprocess"}')
    'subprocess.Popen, which is no class of Keras or keras_asd'
    """
    try:
        tree = json.loads(config)
        if not isinstance(tree, dict) or "class_name" not in tree:
            return "a config.json that names no model"
        faults = (_find_fault(entry, trust) for entry in _find_objects(tree))
        return next((fault for fault in faults if fault), None)
    except (ValueError, RecursionError):
        return "a config.json that is no JSON, or too deep"
    except ImportError as error:
        return f"a class that cannot be imported here ({error})"


def _find_objects(value: Any) -> Iterator[dict]:
    """All that is to be made, from a value's top to its leaves."""
    if isinstance(value, dict):
        if "class_name" in value:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _find_objects(part)


def _find_fault(entry: dict, trust: Sequence[str]) -> str | None:
    name, module = entry["class_name"], entry.get("module")
    registered = entry.get("registered_name")
    shown = f"{module}.{name}"[:MAX_SHOWN]
    if not shown.isprintable():
        shown = ascii(shown)
    if trust and (name, module) == ("__keras_tensor__", None):
        return None
    if name in FORBIDDEN:
        return f"a {name}, which runs or reads what the file says"
    foreign = f"{shown}, which is no class of Keras or {OWN_PACKAGE}"
    if not isinstance(name, str) or not isinstance(module, str):
        return foreign
    if module.partition(".")[0] == OWN_PACKAGE:
        if registered != f"{OWN_PACKAGE}>{name}":
            return foreign
        return None if _is_own(registered) else foreign
    if module.partition(".")[0] in trust:
        # Importing registers what the package registers.
        found = getattr(importlib.import_module(module), name, None)
        return None if isinstance(found, type) else foreign
    if trust and _is_functional(module, name):
        return None
    # A registered name would take precedence over the module.
    if module not in KERAS_MODULES or registered not in (None, name):
        return foreign
    if keras.saving.get_registered_object(name) is not None:
        return foreign
    # Functions, such as `keras.config`'s, are not for a file to call.
    found = getattr(importlib.import_module(module), name, None)
    return None if isinstance(found, type) else foreign


def _is_functional(module: str, name: str) -> bool:
    """Whether it is a functional model, or an operation in one."""
    if module == "keras.src.models.functional":
        return name == "Functional"
    if not module.startswith("keras.src.ops."):
        return False
    found = getattr(importlib.import_module(module), name, None)
    return isinstance(found, type) and issubclass(found, keras.Operation)


def _is_own(registered: str) -> bool:
    for room in OWN_ROOMS:
        importlib.import_module(f"{OWN_PACKAGE}.{room}")
    found = keras.saving.get_registered_object(registered)
    # Another package may have registered a class under this one's name.
    return isinstance(found, type) and found.__module__.startswith(
        f"{OWN_PACKAGE}."
    )
