"""Errors at the front door: a line for those of use, a report for ours."""

import errno
import subprocess
import sys

import pytest

from keras_asd.__main__ import main
from pipelines import commands

BROKEN = """
import sys
from keras_asd.__main__ import main
from pipelines import commands

def run(name, words):
    return [][len(words)]

commands.run = run
sys.exit(main(["score", "run"]))
"""


def test_a_programming_error_keeps_its_traceback_behind_a_line():
    done = subprocess.run(
        [sys.executable, "-c", BROKEN], capture_output=True, text=True
    )
    assert done.returncode == 1
    first, second, *rest = done.stderr.splitlines()
    assert first.startswith("keras-asd: this is a bug: ")
    assert "please report it" in first and "Python 3." in first
    assert second.startswith("Traceback")
    assert rest[-1].startswith("IndexError")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(13, "Permission denied", "/runs/a"), "/runs/a: Perm"),
        (ValueError("Received: \x1b[31m\n.wav."), r"Received: \x1b[31m\n.wav."),
        (OSError(errno.EROFS, "Read-only file system", "b.csv"), "b.csv: Read"),
        (OSError(errno.ENOSPC, "No space left on device"), "free (mounted at"),
        (RuntimeError("a; No space left on device; b"), "free (mounted at"),
    ],
)
def test_errors_of_the_system_are_one_line_with_the_file(
    error, said, monkeypatch, capsys
):
    def fail(*_):
        raise error

    monkeypatch.setattr(commands, "run", fail)
    assert main(["score", "run", "a.wav"]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("keras-asd: error: ") and said in line
    assert "Errno" not in line
