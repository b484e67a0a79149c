"""Start-up time of the command line and of the package."""

import resource
import statistics
import subprocess
import sys

from benchmarks.measurement import Measurement

# Each must stay below this many seconds, the interpreter's start included.
AIM = 0.5
STARTS = {
    "import keras_asd": ("-c", "import keras_asd"),
    "keras-asd --help": ("-m", "keras_asd", "--help"),
    "keras-asd score --help": ("-m", "keras_asd", "score", "--help"),
    "keras-asd watch --help": ("-m", "keras_asd", "watch", "--help"),
}


def measure(is_quick: bool = False) -> list[Measurement]:
    """Measures processor time, which other programs do not lengthen."""
    repeats = 1 if is_quick else 9
    rows = []
    for name, words in STARTS.items():
        start_up_seconds(words)  # It fills the system's cache.
        seconds = [start_up_seconds(words) for _ in range(repeats)]
        median = statistics.median(seconds)
        rows.append(Measurement(name, median, "s", below=AIM))
    return rows


def start_up_seconds(words: tuple[str, ...]) -> float:
    """Processor time of a Python with these words, of user and system.

    >>> start_up_seconds(("-c", "pass")) > 0
    True
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *words], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    user = after.ru_utime - before.ru_utime
    return user + after.ru_stime - before.ru_stime
