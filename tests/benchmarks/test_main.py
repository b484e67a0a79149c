import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]

# The training step of a machine without TensorFlow, on any backend at hand.
WITHOUT_TENSORFLOW = """
import sys
sys.modules["tensorflow"] = None
from benchmarks.model import measure
rows = measure(is_quick=True)
assert all(row.value > 0 for row in rows), rows
assert not any(name.split(".")[0] == "pipelines" for name in sys.modules)
"""


def run(*words, **variables):
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
    )


def test_one_command_prints_a_table_and_writes_it(tmp_path):
    out = tmp_path / "table.md"
    words = ("--only", "startup", "--quick", "--out", str(out))
    result = run("-m", "benchmarks", *words)
    assert result.returncode == 0, result.stderr
    assert "Processor: " in result.stdout
    row = out.read_text().splitlines()[-1]
    what, measured, aim, verdict = map(str.strip, row.strip("| ").split("|"))
    assert (what, aim) == ("keras-asd watch --help", "< 0.5")
    assert verdict == ("met" if float(measured.split()[0]) < 0.5 else "not met")
    assert " ".join(result.stdout.splitlines()[-1].split()) == " ".join(
        [what, measured, aim, verdict]
    )


@pytest.mark.slow
def test_every_part_measures_something():
    result = run("-m", "benchmarks", "--quick")
    assert result.returncode == 0, result.stderr
    for what in ("decoding WAV", "Tgram", "training step", "inference", "MiB"):
        assert what in result.stdout


@pytest.mark.slow
def test_the_model_part_needs_no_tensorflow():
    pytest.importorskip("jax")
    result = run("-c", WITHOUT_TENSORFLOW, KERAS_BACKEND="jax")
    assert result.returncode == 0, result.stderr


def test_an_unknown_part_is_refused_with_the_list_of_parts():
    result = run("-m", "benchmarks", "--only", "coffee")
    assert result.returncode == 2
    assert "decoding" in result.stderr
