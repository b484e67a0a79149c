"""Peak memory of a training epoch must not grow with the number of clips.

Each epoch runs in a fresh process, started from this one that has loaded
nothing: Linux counts what a process was before it became another program.
"""

import pathlib
import random
import subprocess
import sys
import tempfile
import wave

from benchmarks.measurement import Measurement

SAMPLING_RATE = 16_000


def measure(is_quick: bool = False) -> list[Measurement]:
    """Measures few and many clips of 1 s, and their ratio."""
    few, many = (8, 16) if is_quick else (500, 5000)
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        _write_clips(root, range(few))
        peak_of_few = _peak_memory(root)
        _write_clips(root, range(few, many))
        peak_of_many = _peak_memory(root)
    name = "peak memory of an epoch"
    return [
        Measurement(f"{name}, {few:,} clips", peak_of_few, "MiB"),
        Measurement(f"{name}, {many:,} clips", peak_of_many, "MiB"),
        Measurement(
            f"{name}, {many:,} to {few:,} clips",
            peak_of_many / peak_of_few,
            "times",
            at_least=0.9,
            below=1.1,
        ),
    ]


def _peak_memory(folder: pathlib.Path) -> float:
    command = [sys.executable, "-m", "benchmarks.epoch", str(folder)]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError(f"The epoch failed: {result.stderr}")
    return float(result.stdout.split()[-1])


def _write_clips(folder: pathlib.Path, indices: range) -> None:
    for index in indices:
        noise = random.Random(index).randbytes(2 * SAMPLING_RATE)
        with wave.open(str(folder / f"{index:05}.wav"), "wb") as clip:
            clip.setnchannels(1)
            clip.setsampwidth(2)
            clip.setframerate(SAMPLING_RATE)
            clip.writeframes(noise)
