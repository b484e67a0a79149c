"""Process of one cell: `python -m pipelines.benchmarking.child PLAN`.

A separate process, so that its peak memory can be measured and a crash ends
nothing else. It ends when the process that started it ends.
"""

import errno
import logging
import os
import pathlib
import sys
import threading

from pipelines.benchmarking.cell import run_cell
from pipelines.benchmarking.cell_plan import read_plan
from pipelines.benchmarking.costs import measure_costs
from pipelines.benchmarking.costs import read_costs
from pipelines.benchmarking.costs import write_costs
from pipelines.benchmarking.training_effort import begin_attempt
from pipelines.files.disk import is_full_disk
from pipelines.programs.train import train
from pipelines.runs.run_folder import RunFolder

# Exit code, which no other error has.
FULL_DISK = errno.ENOSPC


def main(path: str) -> None:
    """Trains, scores and measures a plan, resuming it if interrupted.

    Args:
        path: Path of a plan written by `write_plan`.

    Raises:
        FileNotFoundError: If there is no plan, or data are missing.
        ValueError: If the training is not possible, see `run_cell`.

    >>> main("no_such_plan.json")
    Traceback (most recent call last):
    FileNotFoundError: ...
    """
    plan = read_plan(pathlib.Path(path))
    run = RunFolder(plan.folder)
    begin_attempt(run)
    cell = (plan.roots, plan.config, str(plan.folder))
    detector = train(*cell)
    run_cell(*cell, plan.scorers, detector)
    if read_costs(run) is None:
        write_costs(run, measure_costs(run, detector))


def _end_with_parent() -> None:
    """Ends the process when the other end of its input is closed."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os._exit(1)


def run(path: str) -> int:
    """Returns the exit code of a process: `FULL_DISK` for a full disk.

    Args:
        path: As in `main`, which raises all other errors.

    >>> run("no_such_plan.json")
    Traceback (most recent call last):
    FileNotFoundError: ...
    """
    try:
        main(path)
    except Exception as error:
        if not is_full_disk(error):
            raise
        return FULL_DISK
    return 0


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if code := run(sys.argv[1]):
        # What the log still lacks need not fit on the disk, either.
        os._exit(code)
