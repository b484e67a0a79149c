"""A run that is killed and started again ends as the unbroken one."""

import pathlib
import signal
import subprocess
import sys
import time

import keras
import numpy as np

import keras_asd.models  # noqa: F401
from keras_asd.__main__ import main

SCRIPT = """
import sys
from keras_asd.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def start(data, run, flags):
    words = ["train", str(data), "--run", str(run), *flags]
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_for(path: pathlib.Path, process, is_ready):
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        if path.exists() and is_ready(path):
            return
        time.sleep(0.01)


def test_a_killed_run_ends_as_the_unbroken_one(data, tiny, tmp_path):
    flags = [*tiny, "--epochs", "4", "--keep", "best", "--holdout", "0.2"]
    unbroken = tmp_path / "unbroken"
    assert main(["train", str(data), "--run", str(unbroken), *flags]) == 0
    broken = tmp_path / "broken"
    generator = np.random.default_rng(5)
    for num_rows in (1, 3):
        process = start(data, broken, flags)
        wait_for(
            broken / "history.csv",
            process,
            lambda path, rows=num_rows: len(path.read_text().split()) > rows,
        )
        time.sleep(generator.uniform(0, 0.5))
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert not (broken / "detector.keras").exists()
    assert start(data, broken, flags).wait() == 0
    first, second = (
        keras.saving.load_model(path / "detector.keras").get_weights()
        for path in (unbroken, broken)
    )
    for one, other in zip(first, second, strict=True):
        distance = np.linalg.norm(one - other)
        assert distance <= 1e-5 * max(np.linalg.norm(one), 1e-12)
    histories = [
        (path / "history.csv").read_text() for path in (unbroken, broken)
    ]
    assert histories[0] == histories[1]
