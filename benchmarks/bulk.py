"""Bulk scoring: one process, shards with and without kills, Apache Beam.

`python -m benchmarks.bulk --work F [--clips 20000]` makes up short clips,
trains a detector without a network on some, exports it, scores all by every
engine, and prints clips per second and whether the tables are equal. Beam's
rows are left out where it is not installed.
"""

import argparse
import dataclasses
import importlib.util
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence

import numpy as np
import soundfile

from pipelines.benchmarking.machine import describe_machine
from pipelines.evaluation.tables import Table

RATE = 16_000
SECONDS = (0.5, 0.5, 0.5, 0.75, 1.0)
MACHINES = ("fan", "pump", "slider", "valve")
NUM_TRAIN = 100
NUM_SHARDS = 4
KERAS_ASD = (sys.executable, "-m", "keras_asd")
TWO = (
    "--engine",
    "beam",
    "--beam=--direct_running_mode=multi_processing --direct_num_workers=2",
)
HEADER = (
    "scored by",
    "s",
    "clips/s",
    "processor s",
    "clips/processor s",
    "table",
    "load",
)


@dataclasses.dataclass(frozen=True)
class Scoring:
    """One way to score the list.

    Args:
        name: What the table calls it.
        words: Flags of `score`.
        num_processes: Processes that share the shards; 0 for one command.
        num_kills: Shards that are killed while they are scored, and started
            again.
    """

    name: str
    words: tuple[str, ...] = ()
    num_processes: int = 0
    num_kills: int = 0


SCORINGS = (
    Scoring("one process"),
    Scoring("one process, one thread", ("--threads", "1")),
    Scoring("4 shards, 2 processes of one thread", ("--threads", "1"), 2),
    Scoring("the same, killed 4 times", ("--threads", "1"), 2, 4),
    Scoring("Beam, in-process", ("--engine", "beam")),
    Scoring("Beam, 2 processes of one thread", (*TWO, "--threads", "1")),
)


def main(words: Sequence[str] | None = None) -> int:
    """Makes the clips, scores them by every engine and prints the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.bulk", description="Measures bulk scoring."
    )
    parser.add_argument("--work", required=True, help="folder to work in")
    parser.add_argument("--clips", type=int, default=20_000)
    options = parser.parse_args(words)
    work = pathlib.Path(options.work)
    make_clips(work, options.clips)
    make_model(work)
    has_beam = importlib.util.find_spec("apache_beam") is not None
    rows = []
    expected = None
    for number, scoring in enumerate(SCORINGS):
        if "beam" in scoring.words and not has_beam:
            continue
        print(f"{scoring.name} ...", file=sys.stderr, flush=True)
        load, began = os.getloadavg()[0], time.monotonic()
        before = processor_seconds()
        table = score(work, scoring, f"{number}")
        seconds = time.monotonic() - began
        spent = processor_seconds() - before
        load = max(load, os.getloadavg()[0])
        content = table.read_bytes()
        expected = expected or content
        rows.append(
            (
                scoring.name,
                f"{seconds:.0f}",
                f"{options.clips / seconds:.0f}",
                f"{spent:.0f}",
                f"{options.clips / spent:.0f}",
                "equal" if content == expected else "differs",
                f"{load:.1f}",
            )
        )
        print(*rows[-1], sep="\t", file=sys.stderr, flush=True)
    print("\n".join([*describe_machine(), f"{options.clips} clips", ""]))
    print(Table(HEADER, rows).markdown())
    return 0 if {row[5] for row in rows} == {"equal"} else 1


def processor_seconds() -> float:
    """Processor time of all commands so far, and of their processes."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def make_clips(work: pathlib.Path, number: int) -> None:
    """Writes clips of hum and noise, of some lengths, one in 1,000 broken."""
    generator = np.random.default_rng(0)
    noise = 0.02 * generator.standard_normal(2 * RATE).astype("float32")
    lines = ["path,machine"]
    for index in range(-NUM_TRAIN, number):
        machine = MACHINES[index % len(MACHINES)]
        times = np.arange(round(SECONDS[index % len(SECONDS)] * RATE)) / RATE
        hz = 100 + 60 * (index % len(MACHINES)) + generator.uniform(-2, 2)
        start = generator.integers(RATE)
        sound = 0.1 * np.sin(2 * np.pi * hz * times)
        sound = sound + noise[start : start + len(times)]
        folder = (
            f"data/{machine}/train" if index < 0 else f"clips/{index // 1000}"
        )
        path = work / folder / f"{index:08d}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, sound, RATE)
        if index >= 0:
            if index % 1000 == 500:
                path.write_text("no sound")
            lines.append(f"{path.relative_to(work).as_posix()},{machine}")
    (work / "clips.csv").write_text("\n".join(lines) + "\n")


def make_model(work: pathlib.Path) -> None:
    """Trains a detector without a network, and exports it."""
    words = "--preset training_free --clip_seconds 0.5".split()
    for folder in ("run", "model"):
        shutil.rmtree(work / folder, ignore_errors=True)
    call(work, "train", "data", "--run", "run", *words)
    call(work, "export", "run", "--to", "model")


def score(work: pathlib.Path, scoring: Scoring, name: str) -> pathlib.Path:
    """Scores the list in one way, and returns the table."""
    words = ("score", "model", "--clips", "clips.csv", *scoring.words, "--out")
    table = work / f"{name}.csv"
    table.unlink(missing_ok=True)
    if not scoring.num_processes:
        call(work, *words, table.name)
        return table
    parts = work / f"parts-{name}"
    shutil.rmtree(parts, ignore_errors=True)
    names = [f"{parts.name}/{index}.csv" for index in range(NUM_SHARDS)]
    left = list(range(NUM_SHARDS))
    running: dict[int, subprocess.Popen] = {}
    num_kills = scoring.num_kills
    while left or running:
        while left and len(running) < scoring.num_processes:
            index = left.pop(0)
            shard = ("--shard", f"{index}/{NUM_SHARDS}")
            running[index] = start(work, *words, names[index], *shard)
        for index, process in list(running.items()):
            partial = work / f"{names[index]}.partial"
            is_begun = partial.exists() and partial.stat().st_size > 2_000
            if process.poll() is not None:
                del running[index]
                if process.returncode:
                    left.append(index)
            elif num_kills and is_begun:
                process.kill()
                num_kills -= 1
        time.sleep(0.05)
    call(work, "merge", *names, "--out", table.name)
    return table


def start(work: pathlib.Path, *words: str) -> subprocess.Popen:
    """Starts a command in the working folder."""
    root = pathlib.Path(__file__).parents[1]
    path = os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [*KERAS_ASD, *words],
        cwd=work,
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def call(work: pathlib.Path, *words: str) -> None:
    """Runs a command to its end, which must be a good one."""
    if code := start(work, *words).wait():
        raise RuntimeError(f"keras-asd {' '.join(words)} ended with {code}")


if __name__ == "__main__":
    sys.exit(main())
