"""Three methods, one seed: killed in a training and taken up again."""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import pytest

from pipelines.benchmarking.bench import run_benchmark
from pipelines.benchmarking.reading import read_benchmark

FRONT_END = {"num_mel_bins": 16}
AUTOENCODER = {
    "embedder": {"front_end": FRONT_END, "units": [8, 2, 8]},
    "clip_seconds": 0.5,
    "epochs": 6,
    "batch_size": 2,
}
TASTGRAM = {
    "embedder": {"front_end": FRONT_END, "width": 0.125, "embedding_dim": 8},
    "clip_seconds": 0.5,
    "epochs": 2,
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
            "scorers": ["Centroids", "Mahalanobis"],
        },
        {
            "name": "autoencoder",
            "preset": "autoencoder_study",
            "changes": AUTOENCODER,
            "scorers": ["SelectiveMahalanobis"],
        },
        {"name": "TASTgram", "preset": "tastgram_study", "changes": TASTGRAM},
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


def wait_until(is_so, seconds=240):
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert is_so()


@pytest.mark.skipif(
    not pathlib.Path("/proc/self/task").exists(), reason="needs Linux's /proc"
)
def test_a_killed_benchmark_goes_on_where_it_stopped(tmp_path):
    path = tmp_path / "tiny.yaml"
    path.write_text(json.dumps(SPEC))
    folder = tmp_path / "bench"
    command = [str(path), "--to", str(folder), "--seeds", "1"]
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    runs = folder / "runs" / "built_in"
    autoencoder = runs / "autoencoder" / "seed_1"
    weights = "parts/000_fan/checkpoints/epoch_*.keras"
    try:
        wait_until(lambda: list(autoencoder.glob(weights)))
        (child,) = children(process.pid)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    # Nobody is left who would write to the same folder.
    wait_until(lambda: not is_alive(child), seconds=10)
    assert not (autoencoder / "detector.keras").exists()
    first = autoencoder / "parts" / "000_fan" / "history.csv"
    assert 1 <= len(first.read_text().splitlines()) - 1
    clock = json.loads((autoencoder / "cell_clock.json").read_text())
    finished = runs / "statistics" / "seed_1" / "detector.keras"
    before = finished.stat().st_mtime_ns
    assert "Not finished: 1 of 3" in (folder / "table.md").read_text()

    result = run_benchmark(read_benchmark(str(path)), str(folder), num_seeds=1)
    assert result.num_failed == 0
    assert finished.stat().st_mtime_ns == before
    log = (autoencoder / "cell.log").read_text()
    assert re.search(r"resuming after epoch \d+ of 6", log)
    for machine in ("000_fan", "001_valve"):
        history = autoencoder / "parts" / machine / "history.csv"
        assert len(history.read_text().splitlines()) - 1 == 6
    costs = json.loads((autoencoder / "cell.json").read_text())
    assert costs["num_epochs"] == 6
    gone = time.time() - clock["began"]
    assert 0 < costs["training_seconds"] < gone
    num_heard = costs["training_rate"] * costs["training_seconds"]
    assert num_heard == pytest.approx(2 * 9 * 6)  # One of ten is held out.
    # 12 times 5 frames of 16 bands, for each machine; then distances.
    in_layers = 80 * 8 + 8 * 2 + 2 * 8 + 8 * 80
    front_end = 16 * 513 * 16
    num_least = 2 * (12 * in_layers + front_end)
    assert num_least < costs["num_multiplications"] < 1.5 * num_least
    assert costs["num_parameters"] > 2 * in_layers
    assert costs["peak_bytes"] is None  # It took two processes.
    network = json.loads((runs / "TASTgram" / "seed_1/cell.json").read_text())
    assert network["peak_bytes"] > 2**28
    assert costs["scoring_rate"] > 0
    names = "statistics", "autoencoder + SelectiveMahalanobis", "TASTgram"
    for name in names:
        lines = [
            [cell.strip() for cell in line.split("|")[1:3]]
            for line in result.table.splitlines()
        ]
        assert [name, "1"] in lines
    assert os.listdir(folder / "runs") == ["built_in"]
