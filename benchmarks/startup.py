"""Start-up time of the command line."""

import statistics
import subprocess
import sys

from benchmarks.measurement import Measurement
from benchmarks.measurement import time_calls


def measure(is_quick: bool = False) -> list[Measurement]:
    """Measures `keras-asd --help`, the interpreter's own start included."""
    command = [sys.executable, "-m", "keras_asd", "--help"]
    seconds = time_calls(
        lambda: subprocess.run(command, check=True, capture_output=True),
        repeats=1 if is_quick else 9,
    )
    median = statistics.median(seconds)
    return [Measurement("keras-asd --help", median, "s", below=0.5)]
