"""Chiefs and workers, some of them killed: `python machine_searches.py FOLDER`.

A process of its own, since forks of one with TensorFlow at work may hang.
"""

import gc
import json
import os
import pathlib
import signal
import socket
import sys
import time

from tests.tuning.toy_search import exit_code
from tests.tuning.toy_search import fork
from tests.tuning.toy_search import run_chief
from tests.tuning.toy_search import run_toy
from tests.tuning.toy_search import run_worker


def free_address():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{one.getsockname()[1]}"


def wait_for_trials(folder, pid, count):
    """Until a worker has begun so many trials."""
    begun = folder / "begun.txt"
    while not begun.exists() or begun.read_text().count(f" {pid}\n") < count:
        time.sleep(0.01)


def start(folder):
    address = free_address()
    chief = fork(run_chief, folder, address)
    workers = [
        fork(run_worker, folder, address, name, 0.03) for name in ("a", "b")
    ]
    return address, chief, workers


def kill_worker(folder):
    _, chief, workers = start(folder)
    wait_for_trials(folder, workers[0], 2)
    os.kill(workers[0], signal.SIGKILL)
    return chief, workers


def restart_chief(folder):
    address, chief, workers = start(folder)
    wait_for_trials(folder, workers[0], 2)
    os.kill(chief, signal.SIGKILL)
    exit_code(chief)
    return fork(run_chief, folder, address), workers


def stop_worker(folder):
    _, chief, workers = start(folder)
    wait_for_trials(folder, workers[0], 1)
    os.kill(workers[0], signal.SIGSTOP)
    # Until the other has begun the same trial, in a folder of its own.
    while "-b-" not in (folder / "begun.txt").read_text():
        time.sleep(0.01)
    os.kill(workers[0], signal.SIGCONT)
    return chief, workers


def main(folder):
    gc.freeze()
    run_toy(folder / "unbroken", "random")
    for scenario in (kill_worker, restart_chief, stop_worker):
        path = folder / scenario.__name__
        path.mkdir()
        chief, workers = scenario(path)
        codes = [exit_code(pid) for pid in (chief, *workers)]
        (path / "codes.json").write_text(json.dumps(codes))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
