"""The commands of the command line, one module each.

A command is a typed, documented function `run` with `@command`, as in
`calibrate`. Parameters before `*` are positionals, those after it flags; the
docstring is the help page, and its first line what `keras-asd --help` shows.
So a new flag is one parameter with its line in `Args`; it is a key of
`--config` files, too. A new command is a module here and its name in
`keras_asd.__main__`.

Options and printed words are in this room, the work is in
`pipelines.programs`, imported inside the function, since `--help` needs no
framework. `train` and `tune` take every setting of a training besides: their
`run` parses its words with the parser of `options`.
"""

import importlib
from collections.abc import Sequence


def run(name: str, words: Sequence[str]) -> int:
    """Runs a command.

    Args:
        name: The command, such as `"train"`.
        words: Words after it.

    Returns:
        The exit code.

    >>> run("export", ["no_such_run", "--to", "saved_models/fan"])
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    module_name = name.replace("-", "_")
    module = importlib.import_module(f"pipelines.commands.{module_name}")
    return module.run(list(words))
