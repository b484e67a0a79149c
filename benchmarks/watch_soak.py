"""Soak of a watch: twelve machines for hours, with memory, kills and lag.

`python -m benchmarks.watch_soak --work FOLDER [--minutes 120]`
"""

import argparse
import contextlib
import pathlib
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np
import psutil
import soundfile

from benchmarks.measurement import print_report
from pipelines.benchmarking.machine import describe_machine
from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.datasets.synthetic import generate
from pipelines.evaluation.tables import Table
from pipelines.programs.train import train
from pipelines.runs.run_folder import RunFolder
from pipelines.settings.presets import choose_preset
from pipelines.settings.reading import read_settings

NUM_KILLS, SETTLING_MINUTES = 10, 10.0
POLL_SECONDS = 2.0
LAG = re.compile(r"(?m)^keras_asd_watch_lag_seconds\{[^}]*\} (\S+)$")
HEADER = ("measured", "result")


def prepare(work: pathlib.Path) -> tuple[pathlib.Path, list[str]]:
    """Trains the default on twelve machines; a recording of each to loop.

    Returns:
        Folder of the run, and the sources as words of the command.
    """
    data, run = work / "data", work / "run"
    settings = SyntheticSettings(num_test_normal=0, num_test_anomaly=0)
    paths = generate(data, settings)
    if not RunFolder(run).path.exists():
        config = read_settings({"minutes": 0}, choose_preset("auto"))
        train([str(data)], config, str(run))
    words = []
    for folder in sorted({path.parent for path in paths}):
        machine = folder.parent.name
        for section in range(settings.num_ids):
            name = f"section_{section:02d}"
            clips = sorted(folder.glob(f"{name}_*.wav"))
            target = work / f"{machine}_{name}.wav"
            if not target.exists():
                waves = [soundfile.read(clip, dtype="int16") for clip in clips]
                rate = waves[0][1]
                sound = np.concatenate([wave for wave, _ in waves])
                soundfile.write(target, sound, rate)
            words.append(f"{machine}/{name}={target}")
    return run, words


@contextlib.contextmanager
def watching(
    run: pathlib.Path, words: Sequence[str], history: pathlib.Path, *more: str
) -> Iterator[subprocess.Popen]:
    """The command in a process of its own, killed on the way out."""
    command = [sys.executable, "-m", "keras_asd", "watch", str(run), *words]
    command += ["--loops", "0", "--keep_sound", "none", *more]
    with open(history.with_suffix(".log"), "ab") as log:
        process = subprocess.Popen(
            [*command, "--history", str(history)], stdout=log, stderr=log
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def num_windows(history: pathlib.Path) -> int:
    """Number of windows in a history so far."""
    rows = _read(history, "SELECT count(*) FROM windows")
    return rows[0][0] if rows else 0


def soak(
    run: pathlib.Path, words: Sequence[str], work: pathlib.Path, minutes: float
) -> list[tuple[str, str]]:
    """One process for a time: its memory, and its throughput."""
    history, sizes = work / "soak", []
    with watching(run, words, history, "--speed", "0") as process:
        child = psutil.Process(process.pid)
        while not num_windows(history):
            _check(process)
            time.sleep(POLL_SECONDS)
        begun, first = time.monotonic(), num_windows(history)
        while time.monotonic() - begun < 60.0 * minutes:
            _check(process)
            elapsed = time.monotonic() - begun
            sizes.append((elapsed, child.memory_info().rss))
            time.sleep(POLL_SECONDS)
        number = num_windows(history) - first
        seconds = time.monotonic() - begun
    settled = min(60.0 * SETTLING_MINUTES, seconds / 2)
    late = [size for elapsed, size in sizes if elapsed >= settled]
    half = len(late) // 2
    growth = np.median(late[half:]) / np.median(late[:half]) - 1.0
    lost = check_whole(history)
    return [
        ("wall clock", f"{seconds / 60:.1f} min"),
        ("windows judged", f"{number:,}"),
        ("times real time, all machines", f"{number * 10.0 / seconds:.0f}"),
        ("memory after it settled", f"{np.median(late) / 2**20:.0f} MB"),
        ("its largest over its median", f"{max(late) / np.median(late):.3f}"),
        ("second half over first", f"{1 + growth:.3f}"),
        ("windows lost or judged twice", lost),
    ]


def kill_often(
    run: pathlib.Path, words: Sequence[str], work: pathlib.Path, kills: int
) -> list[tuple[str, str]]:
    """Kills at random moments; then what is in the history is whole."""
    history, chance = work / "killed", random.Random(0)
    kept = []
    for _ in range(kills):
        with watching(run, words, history, "--speed", "0") as process:
            before = num_windows(history)
            while num_windows(history) == before:
                _check(process)
                time.sleep(0.2)
            time.sleep(chance.uniform(0.0, 5.0))
            process.send_signal(signal.SIGKILL)
        kept.append(num_windows(history))
    return [
        (f"{kills} kills, windows kept after each", str(kept)),
        ("windows lost or judged twice", check_whole(history)),
    ]


def measure_lag(
    run: pathlib.Path, words: Sequence[str], work: pathlib.Path, seconds: float
) -> list[tuple[str, str]]:
    """Largest time from the end of a window to its score, in real time."""
    options = ("--speed", "1", "--metrics", "127.0.0.1:19464")
    lags: list[float] = []
    with watching(run, words, work / "lag", *options) as process:
        while not num_windows(work / "lag"):
            _check(process)
            time.sleep(0.5)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            url = "http://127.0.0.1:19464/metrics"
            with urllib.request.urlopen(url, timeout=10) as answer:
                text = answer.read().decode()
            lags.extend(map(float, LAG.findall(text)))
            time.sleep(POLL_SECONDS)
    return [
        (
            f"lag in real time, {len(words)} machines, median and largest",
            f"{np.median(lags):.2f} s, {max(lags):.2f} s",
        )
    ]


def check_whole(history: pathlib.Path) -> str:
    """How many windows of each source are missing or repeated."""
    rows = _read(
        history,
        "SELECT source, start, count(*) FROM windows GROUP BY source, start "
        "ORDER BY source, start",
    )
    starts: dict[str, list[int]] = {}
    for source, start, _ in rows:
        starts.setdefault(source, []).append(start)
    repeated = sum(number - 1 for *_, number in rows)
    missing = 0
    for found in starts.values():
        step = found[1] - found[0] if len(found) > 1 else 1
        missing += len({*range(0, found[-1] + 1, step)} - {*found})
    return f"{missing} lost, {repeated} twice, of {len(rows):,}"


def _read(history: pathlib.Path, query: str) -> list[tuple]:
    path = history / "history.sqlite"
    if not path.exists():
        return []
    with contextlib.closing(sqlite3.connect(path, timeout=30)) as database:
        try:
            return database.execute(query).fetchall()
        except sqlite3.OperationalError:
            return []  # Its tables are not made yet.


def _check(process: subprocess.Popen) -> None:
    if process.poll() is not None:
        raise RuntimeError(
            f"The watch must go on. Received: exit code {process.returncode}; "
            "see the log beside its history."
        )


def main(words: Sequence[str] | None = None) -> int:
    """Prepares, kills, soaks and prints what was measured."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.watch_soak", description=__doc__
    )
    parser.add_argument("--work", required=True, metavar="FOLDER")
    parser.add_argument("--minutes", type=float, default=120.0)
    parser.add_argument("--kills", type=int, default=NUM_KILLS)
    parser.add_argument("--lag_seconds", type=float, default=60.0)
    parser.add_argument("--out", metavar="FILE", help="Markdown file")
    options = parser.parse_args(words)
    work = pathlib.Path(options.work)
    run, sources = prepare(work)
    rows = kill_often(run, sources, work, options.kills)
    rows += measure_lag(run, sources, work, options.lag_seconds)
    rows += soak(run, sources, work, options.minutes)
    heading = "\n".join(f"- {line}" for line in describe_machine())
    table = Table(HEADER, [list(row) for row in rows]).markdown()
    print_report(f"# Soak of a watch\n\n{heading}\n\n{table}", options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
