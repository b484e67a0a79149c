"""Custom classes, imported by their paths."""

import importlib
from collections.abc import Mapping
from typing import Any


def build_custom(what: str, path: str, arguments: Mapping[str, Any]) -> Any:
    """Imports a class or a function, and calls it.

    Args:
        what: Name of the setting, for error messages.
        path: Import path, such as `mypackage.MyLoss`.
        arguments: Keyword arguments of the call.

    Raises:
        ValueError: If it cannot be imported, or does not take the arguments.

    >>> build_custom("loss", "fractions.Fraction", {"numerator": 3})
    Fraction(3, 1)
    >>> build_custom("loss", "no_such_package.MyLoss", {})
    Traceback (most recent call last):
    ValueError: `loss` must be a class that can be imported. Received: ...
    """
    module, _, name = path.rpartition(".")
    try:
        made = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(
            f"`{what}` must be a class that can be imported. Received: {path}: "
            f"{error}. Is its package installed, or in the folder that Python "
            "starts in (PYTHONPATH)?"
        ) from error
    try:
        return made(**arguments)
    except TypeError as error:
        raise ValueError(
            f"`{what}` must take the arguments that it is given. Received: "
            f"{path} with {dict(arguments)}: {error}."
        ) from error
