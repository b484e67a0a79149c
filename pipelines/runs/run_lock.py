"""Lock of a run, for what writes into one that has ended."""

import functools
import pathlib
from collections.abc import Callable
from typing import Concatenate
from typing import ParamSpec
from typing import TypeVar

from pipelines import atomic
from pipelines.runs.run_folder import RunFolder

_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")


def holding_run(
    function: Callable[Concatenate[str, _Given], _Made],
) -> Callable[Concatenate[str, _Given], _Made]:
    """Makes a function hold the run whose folder is its first argument.

    Raises:
        ValueError: From the function, if another process holds the run.

    >>> @holding_run
    ... def judge(run_path):
    ...     return f"judged {run_path}"
    >>> judge("no_such_run")
    'judged no_such_run'
    """

    @functools.wraps(function)
    def hold(
        run_path: str, *args: _Given.args, **kwargs: _Given.kwargs
    ) -> _Made:
        run = RunFolder(pathlib.Path(run_path))
        if not run.config.exists():  # No run, which the function refuses.
            return function(run_path, *args, **kwargs)
        with atomic.FolderLock(run.lock):
            return function(run_path, *args, **kwargs)

    return hold
