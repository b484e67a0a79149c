"""A run that is killed and started again ends as the unbroken one."""

import os
import signal
import time

import keras
import numpy as np

import keras_asd.models  # noqa: F401


def wait_for_an_epoch(history, seconds=120):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if history.exists() and len(history.read_text().split()) > 1:
            return
        time.sleep(0.01)


def test_a_killed_run_ends_as_the_unbroken_one(
    data, tiny, fork_server, tmp_path
):
    flags = [*tiny, "--epochs", "3", "--keep", "best", "--holdout", "0.2"]
    words = ["train", data, *flags, "--run"]
    unbroken, broken = tmp_path / "unbroken", tmp_path / "broken"
    ended = fork_server.do([*words, unbroken], tmp_path)
    assert ended.code == 0, ended.text
    started = fork_server.start([*words, broken], tmp_path)
    wait_for_an_epoch(broken / "history.csv")
    time.sleep(np.random.default_rng(5).uniform(0, 0.5))
    os.kill(started[0], signal.SIGKILL)
    assert fork_server.end(started, 60).code == -signal.SIGKILL
    assert not (broken / "detector.keras").exists()
    ended = fork_server.do([*words, broken], tmp_path)
    assert ended.code == 0, ended.text
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
