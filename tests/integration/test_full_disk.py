"""Full disks: one line with the disk and what is missing, nothing half."""

import os
import shutil
import subprocess
import sys

import pytest
import tensorflow as tf

from keras_asd.__main__ import main

# A file system of its own, of so many bytes, for one command.
MOUNTED = """
mount -t tmpfs -o size="$1" tmpfs "$2" && shift && cd "$1" && shift && "$@"
"""


def run_on_a_small_disk(folder, num_bytes, *words):
    command = [sys.executable, "-m", "keras_asd", *map(str, words)]
    script = ["unshare", "-rm", "sh", "-c", MOUNTED, "sh", str(num_bytes)]
    return subprocess.run(
        [*script, str(folder), *command],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": os.getcwd()},
    )


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    words = ["sh", "-c", MOUNTED, "sh", "9000", str(folder), "true"]
    if (
        not shutil.which("unshare")
        or subprocess.run(
            ["unshare", "-rm", *words], capture_output=True
        ).returncode
    ):
        pytest.skip("no file system can be mounted here")
    return folder


def only_line(error):
    lines = [line for line in error.splitlines() if "keras-asd: error" in line]
    assert len(lines) == 1 and "Traceback" not in error and "Errno" not in error
    return lines[0]


def test_an_export_that_does_not_fit_is_refused_before_it_begins(
    run, small_disk
):
    done = run_on_a_small_disk(
        small_disk, 100_000, "export", run, "--to", "models"
    )
    assert done.returncode == 2
    line = only_line(done.stderr)
    assert "to come and" in line and "too few" in line
    assert str(small_disk) in line


@pytest.mark.slow
def test_a_score_table_that_does_not_fit_names_the_disk(run, data, small_disk):
    words = ["score", run, data, "--out", "scores.csv"]
    done = run_on_a_small_disk(small_disk, 4_096, *words)
    assert done.returncode == 2
    line = only_line(done.stderr)
    assert f"(mounted at {small_disk})" in line and "needed" in line


def test_a_disk_that_fills_up_during_an_export_leaves_nothing(
    run, tmp_path, monkeypatch, capsys
):
    def fail(*_):
        raise tf.errors.ResourceExhaustedError(
            None, None, "variables.data; No space left on device"
        )

    monkeypatch.setattr(tf.saved_model, "save", fail)
    target = tmp_path / "models" / "fan"
    assert main(["export", str(run), "--to", str(target)]) == 2
    assert str(target) in only_line(capsys.readouterr().err)
    assert [path.name for path in target.iterdir()] == [".lock"]


def test_a_rate_out_of_range_is_refused(run, tmp_path, capsys):
    for rate in ("0", "1", "-1"):
        words = ["export", str(run), "--to", str(tmp_path / "models")]
        assert main([*words, f"--false_alarm_rate={rate}"]) == 2
        line = only_line(capsys.readouterr().err)
        assert "above 0 and below 1" in line
    assert not (tmp_path / "models").exists()
