import dataclasses
import os
import signal
import sys
import time

import pytest

from pipelines.benchmarking import child as child_process
from pipelines.benchmarking import running
from pipelines.benchmarking.cell_plan import CellPlan
from pipelines.benchmarking.costs import write_costs
from pipelines.benchmarking.running import run_plan
from pipelines.files.disk import FullDisk
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import write_config
from pipelines.settings.config import Config


@pytest.fixture
def plan(tmp_path):
    return CellPlan("d", "r", 1, ("data",), Config(), (), tmp_path / "run")


@pytest.fixture
def child(monkeypatch, tmp_path):
    """Puts a script in the place of the process of a cell."""

    def put(text):
        path = tmp_path / "child.py"
        path.write_text(text)
        monkeypatch.setattr(running, "COMMAND", (sys.executable, str(path)))

    return put


def test_the_last_line_of_what_ended_it_is_told(child, plan):
    child("print('one', flush=True)\nraise ValueError('no clips')")
    found = run_plan(plan)
    assert found.cell is None
    assert found.failure == f"ValueError: no clips; see {plan.log}"
    assert plan.log.read_text().startswith("one\nTraceback")


def test_what_is_said_after_the_error_does_not_hide_it(child, plan):
    child(
        "import atexit\n"
        "atexit.register(print, 'aborting')\n"
        "raise ValueError('no clips')"
    )
    assert run_plan(plan).failure.startswith("ValueError: no clips; see")


def test_an_error_of_the_time_before_is_not_told_again(child, plan):
    child("raise ValueError('no clips')")
    run_plan(plan)
    child("raise SystemExit(7)")
    assert "ended with 7" in run_plan(plan).failure


def test_a_signal_is_told(child, plan):
    child("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    assert "ended by SIGKILL, perhaps for lack of mem" in run_plan(plan).failure
    child("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)")
    assert "ended by SIGSEGV; see" in run_plan(plan).failure


def test_a_process_that_says_nothing_is_told(child, plan):
    child("raise SystemExit(7)")
    assert "its process ended with 7" in run_plan(plan).failure
    child("")
    assert "its process ended with 0" in run_plan(plan).failure


def test_a_finished_cell_is_read_without_a_process(
    child, plan, outcome, monkeypatch
):
    child("raise SystemExit('it ran')")
    wanted = outcome(1)
    monkeypatch.setattr(running, "read_cell", lambda *_: wanted.cell)
    assert "it ran" in run_plan(plan).failure
    write_costs(RunFolder(plan.folder), wanted.costs)
    assert run_plan(plan) == wanted


def test_a_cell_of_other_settings_is_told_and_left_as_it_is(child, plan):
    run = RunFolder(plan.folder)
    write_config(run, Config(epochs=9), list(plan.roots))
    run.clips.touch()
    run.labels.touch()
    (plan.folder / "cell.csv").write_text("path,score\n")
    child("raise SystemExit('it ran')")
    found = run_plan(dataclasses.replace(plan, config=Config(epochs=8)))
    assert "epochs: 9 then, 8 now" in found.failure
    assert not plan.log.exists()


@pytest.fixture
def interrupts():
    """Python's own answer to Ctrl-C, whatever other tests have left."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before or signal.SIG_DFL)


def test_a_process_ends_with_the_benchmark_that_is_interrupted(
    child, plan, tmp_path, interrupts
):
    pid = tmp_path / "pid"
    child(
        "import os, pathlib, signal, time\n"
        f"pathlib.Path({str(pid)!r}).write_text(str(os.getpid()))\n"
        "os.kill(os.getppid(), signal.SIGINT)\n"
        "time.sleep(60)"
    )
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_plan(plan)
    assert time.monotonic() - start < 30
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), signal.SIGTERM)


def test_a_full_disk_is_no_failure_of_a_row(child, plan, monkeypatch):
    child("raise SystemExit(28)")
    with pytest.raises(FullDisk, match="mounted at"):
        run_plan(plan)

    def fail(_):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(running, "write_plan", fail)
    with pytest.raises(OSError, match="No space left"):
        run_plan(plan)


def test_the_process_of_a_cell_says_so_of_a_full_disk(monkeypatch):
    for error in (FullDisk("a disk"), RuntimeError("No space left on device")):

        def fail(_, error=error):
            raise error

        monkeypatch.setattr(child_process, "main", fail)
        assert child_process.run("plan.json") == child_process.FULL_DISK == 28
