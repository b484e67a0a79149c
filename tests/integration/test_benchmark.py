"""A small benchmark, killed in a training and taken up again."""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import pytest
import yaml

from pipelines.benchmarking.program import run_benchmark
from pipelines.benchmarking.reading import read_benchmark

TINY = {
    "clip_seconds": 0.5,
    "branches": ["spectrum"],
    "width": 0.125,
    "embedding_dim": 8,
    "num_subclusters": 2,
    "epochs": 15,
    "batch_size": 8,
}
SPEC = {
    "question": "Does it go on?",
    "reference": "statistics",
    "built_in": {
        "machines": ["fan", "valve"],
        "num_ids": 1,
        "num_train": 10,
        "num_train_target": 2,
        "num_test_normal": 8,
        "num_test_anomaly": 8,
        "seconds": 0.5,
    },
    "rows": [
        {
            "name": "statistics",
            "preset": "training_free",
            "changes": {"clip_seconds": 0.5},
            "scorers": ["centroids", "mahalanobis"],
        },
        {"name": "branch", "preset": "dual_branch_study", "changes": TINY},
    ],
}
CODE = "import sys\nfrom pipelines.commands.bench import run\nrun(sys.argv[1:])"


def is_alive(pid):
    """Whether a process is there that has not ended."""
    status = pathlib.Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children(pid):
    path = pathlib.Path(f"/proc/{pid}/task/{pid}/children")
    return [int(word) for word in path.read_text().split()]


def wait_until(is_so, seconds=60):
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert is_so()


@pytest.mark.skipif(
    not pathlib.Path("/proc/self/task").exists(), reason="needs Linux's /proc"
)
def test_a_killed_benchmark_goes_on_where_it_stopped(tmp_path):
    path = tmp_path / "tiny.yaml"
    path.write_text(yaml.safe_dump(SPEC))
    folder = tmp_path / "bench"
    command = [str(path), "--to", str(folder), "--seeds", "1"]
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    runs = folder / "runs" / "built_in"
    branch = runs / "branch" / "seed_1"
    wait_until(lambda: list(branch.glob("checkpoints/epoch_*.keras")))
    (child,) = children(process.pid)
    process.send_signal(signal.SIGKILL)
    process.wait()
    # Nobody is left who would write to the same folder.
    wait_until(lambda: not is_alive(child), seconds=10)
    assert not (branch / "detector.keras").exists()
    num_epochs = len((branch / "history.csv").read_text().splitlines()) - 1
    assert 1 <= num_epochs < TINY["epochs"]
    clock = json.loads((branch / "cell_clock.json").read_text())
    finished = runs / "statistics" / "seed_1" / "detector.keras"
    before = finished.stat().st_mtime_ns
    assert "Not finished: 1 of 2" in (folder / "table.md").read_text()

    result = run_benchmark(read_benchmark(str(path)), str(folder), num_seeds=1)
    assert result.num_failed == 0
    assert finished.stat().st_mtime_ns == before
    history = (branch / "history.csv").read_text().splitlines()[1:]
    assert len(history) == TINY["epochs"]
    log = (branch / "cell.log").read_text()
    assert re.search(r"going on after epoch \d+ of 15", log)
    costs = json.loads((branch / "cell.json").read_text())
    assert costs["num_epochs"] == TINY["epochs"]
    gone = time.time() - clock["began"]
    assert 0 < costs["training_seconds"] < gone
    assert costs["peak_bytes"] > 2**28
    assert costs["num_multiplications"] > 0
    assert costs["scoring_rate"] > 0
    for name in ("statistics", "statistics + mahalanobis", "branch"):
        assert f"\n| {name} | 1 |" in result.table
    assert os.listdir(folder / "runs") == ["built_in"]
