"""Lock of a run, for what writes into one that has ended."""

import contextlib
import functools
import os
import pathlib
from collections.abc import Callable
from collections.abc import Iterator
from typing import Concatenate
from typing import ParamSpec
from typing import TypeVar

from pipelines import atomic
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.stages import find_stage

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
        run = find_stage(run_path)
        if not run.config.exists():  # No run, which the function refuses.
            return function(run_path, *args, **kwargs)
        with atomic.FolderLock(run.lock):
            return function(run_path, *args, **kwargs)

    return hold


@contextlib.contextmanager
def holding_if_within(
    run: RunFolder, folder: str | os.PathLike[str]
) -> Iterator[None]:
    """Holds a run, if a folder that is written to lies in it.

    Args:
        run: Folder of the run.
        folder: Folder that is written to; need not be there.

    Raises:
        ValueError: If another process holds the run.

    >>> with holding_if_within(RunFolder(pathlib.Path("runs/fan")), "pictures"):
    ...     print("written elsewhere")
    written elsewhere
    """
    is_within = run.path.resolve() in pathlib.Path(folder).resolve().parents
    if not is_within or not run.config.exists():
        yield
        return
    with atomic.FolderLock(run.lock):
        yield
