"""The commands of the command line, each in a module of its name."""

import importlib
from collections.abc import Sequence


def run(name: str, words: Sequence[str]) -> int:
    """Runs a command.

    Args:
        name: The command, such as `"train"`.
        words: What stands after it.

    Returns:
        The exit code.

    >>> run("export", ["no_such_run", "--to", "saved_models/fan"])
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    module_name = name.replace("-", "_")
    module = importlib.import_module(f"pipelines.commands.{module_name}")
    return module.run(list(words))
