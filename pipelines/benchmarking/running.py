"""Execution of cells one by one, each in its own process."""

import dataclasses
import os
import pathlib
import re
import signal
import subprocess
import sys
from collections.abc import Mapping

from pipelines.benchmarking.cell import Cell
from pipelines.benchmarking.cell import read_cell
from pipelines.benchmarking.cell_plan import CellPlan
from pipelines.benchmarking.cell_plan import write_plan
from pipelines.benchmarking.child import FULL_DISK
from pipelines.benchmarking.costs import Costs
from pipelines.benchmarking.costs import read_costs
from pipelines.files.disk import FullDisk
from pipelines.files.disk import describe_full_disk
from pipelines.files.disk import is_full_disk
from pipelines.runs.run_folder import RunFolder

# Command of the process of a cell; the path of the plan is appended.
COMMAND = (sys.executable, "-m", "pipelines.benchmarking.child")
_ROOT = pathlib.Path(__file__).parents[2]
# The last line of a traceback, which need not be the last of the log.
_ERROR = re.compile(r"[A-Za-z_][\w.]*(Error|Exception)(: |$)")


@dataclasses.dataclass(frozen=True)
class CellOutcome:
    """Outcome of a plan: results or a failure.

    Args:
        cell: Results of the training, `None` if it failed.
        costs: Costs of the training, `None` if it failed.
        failure: Reason of the failure, in one line.
        numbers: Further numbers of the training, by name.

    >>> CellOutcome(None, None, "out of memory").failure
    'out of memory'
    """

    cell: Cell | None
    costs: Costs | None
    failure: str = ""
    numbers: Mapping[str, float] = dataclasses.field(default_factory=dict)


def run_plan(plan: CellPlan) -> CellOutcome:
    """Reads a finished cell, or runs it in its own process.

    A failure of the process is returned, and not raised. Its output is in the
    `cell.log` of its folder.

    Args:
        plan: Plan of the training.

    Raises:
        FullDisk: If the disk is full, which other trainings would find, too.

    >>> import tempfile
    >>> from pipelines.settings.config import Config
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> read_outcome(CellPlan("a", "b", 1, (), Config(), (), folder)) is None
    True
    """
    try:
        if (outcome := read_outcome(plan)) is not None:
            return outcome
        start = plan.log.stat().st_size if plan.log.exists() else 0
        code = _run_process(plan)
        if code == 0 and (outcome := read_outcome(plan)) is not None:
            return outcome
        if code == FULL_DISK:
            raise FullDisk(describe_full_disk(plan.folder))
        return CellOutcome(None, None, _failure(plan, code, start))
    except (OSError, ValueError) as error:
        if is_full_disk(error):
            raise
        return CellOutcome(None, None, " ".join(str(error).split()))


def read_outcome(plan: CellPlan) -> CellOutcome | None:
    """Reads the outcome of a finished cell, `None` if it is not finished.

    Raises:
        ValueError: If its folder has a training with other settings.

    >>> from pipelines.settings.config import Config
    >>> folder = pathlib.Path("no_such_run")
    >>> read_outcome(CellPlan("a", "b", 1, (), Config(), (), folder)) is None
    True
    """
    costs = read_costs(RunFolder(plan.folder))
    cell = read_cell(plan.roots, plan.config, str(plan.folder), plan.scorers)
    if cell is None or costs is None:
        return None
    return CellOutcome(cell, costs)


def _run_process(plan: CellPlan) -> int:
    write_plan(plan)
    paths = [str(_ROOT), os.environ.get("PYTHONPATH", "")]
    with plan.log.open("ab") as log:
        process = subprocess.Popen(
            [*COMMAND, str(plan.request)],
            stdin=subprocess.PIPE,  # Open while this process lives.
            stdout=log,
            stderr=log,
            env=os.environ
            | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
        )
        try:
            return process.wait()
        finally:
            process.kill()
            process.wait()
            if process.stdin is not None:
                process.stdin.close()


def _failure(plan: CellPlan, code: int, start: int) -> str:
    """Reason of a failure, by the exit code and the log from `start` on."""
    if code < 0:
        name = signal.Signals(-code).name
        hint = ", perhaps for lack of memory" if name == "SIGKILL" else ""
        return f"its process was ended by {name}{hint}; see {plan.log}"
    text = plan.log.read_bytes()[start:].decode("utf-8", errors="replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if _ERROR.match(line)]
    reasons = [f"its process ended with {code}", *lines[-1:], *errors[-1:]]
    return f"{reasons[-1]}; see {plan.log}"
