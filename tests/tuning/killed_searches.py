"""Searches killed again and again: `python killed_searches.py FOLDER`.

A process of its own, since forks of one with TensorFlow at work may hang.
"""

import gc
import pathlib
import random
import signal
import sys

from tests.tuning.toy_search import TUNERS
from tests.tuning.toy_search import exit_code
from tests.tuning.toy_search import fork
from tests.tuning.toy_search import killed_after
from tests.tuning.toy_search import run_toy

ENDLESS = 10**9


def run_unbroken(folder, tuner):
    left = killed_after(ENDLESS, run_toy, folder, tuner)
    (folder / "lines.txt").write_text(str(ENDLESS - left))


def main(folder):
    # Else every child would copy what TensorFlow has loaded.
    gc.freeze()
    generator = random.Random(1)
    for tuner in TUNERS:
        unbroken, killed = (
            folder / tuner / "unbroken",
            folder / tuner / "killed",
        )
        unbroken.mkdir(parents=True)
        assert exit_code(fork(run_unbroken, unbroken, tuner)) == 0
        num_lines = int((unbroken / "lines.txt").read_text())
        codes = [-signal.SIGKILL]
        while codes[-1] == -signal.SIGKILL:
            last = generator.randrange(50, num_lines // 4)
            if len(codes) > 8:
                last = ENDLESS
            codes.append(
                exit_code(fork(killed_after, last, run_toy, killed, tuner))
            )
        assert codes[-1] == 0
        kills = len(codes) - 2
        (killed / "kills.txt").write_text(str(kills))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
