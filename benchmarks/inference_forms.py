"""Speed of the forms of a detector: `python -m benchmarks.inference_forms`.

Every form scores the same clips in turn, round after round, and is compared
with the plain detector of the same round: what else the machine does then
weighs on all of them alike.
"""

import argparse
import contextlib
import multiprocessing
import os
import pathlib
import statistics
import sys
import tempfile
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import NamedTuple

import numpy as np

from benchmarks.forms import Forms
from benchmarks.measurement import print_report
from pipelines.benchmarking.machine import describe_machine
from pipelines.benchmarking.machine import processor_flags
from pipelines.evaluation.tables import Table

NUM_CORES = 2
BATCH = 32


class Row(NamedTuple):
    """A form, and the threads TensorFlow has in and between operations.

    Rows with equal threads share a process, unless they run `apart`.
    """

    form: str
    threads: tuple[int, int] = (NUM_CORES, NUM_CORES)
    apart: str = ""


BASE = Row("un-folded")
ROWS = (
    BASE,
    Row("folded"),
    Row("folded, frozen"),
    Row("folded, frozen, one by one"),
    Row("SavedModel"),
    Row("SavedModel", (1, 1)),
    Row("SavedModel", (1, 2)),
    Row("SavedModel", (2, 1)),
    Row("ONNX Runtime", apart="ONNX"),
    Row("OpenVINO", apart="OpenVINO"),
    Row("OpenVINO, bf16", apart="OpenVINO"),
    Row("OpenVINO, int8", apart="OpenVINO"),
    Row("LiteRT", apart="LiteRT"),
    Row("LiteRT, int8", apart="int8"),
)
NOTES = f"""
TASTgram-MFN for clips of 10 s with 41 classes on {NUM_CORES} cores, in \
batches of {BATCH} and one by one. Ratios are medians over rounds in which \
every form scores the same clips in turn; above 1 is faster than `un-folded`, \
a `tf.function` (`jit_compile=False`) of the detector as trained. Threads are \
TensorFlow's in and between operations; the others choose their own. Beside \
a single clip's median is its 99th percentile; `core ms a clip` is the time of \
all cores together, in batches, on which other work weighs least; `off` is the \
largest difference of a score as a share of max(1, |score|). Aims for the \
SavedModel: 1.5 times in batches, a single clip below 15 ms.
"""


def main(words: Sequence[str] | None = None) -> int:
    """Measures all forms, prints and writes the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.inference_forms",
        description="Compares the speed of a detector's forms.",
    )
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="tiny sizes, to see that it works; the numbers mean nothing",
    )
    parser.add_argument("--out", metavar="FILE", help="Markdown file")
    parser.add_argument(
        "--run", help="finished run, on whose test clips AUC is measured"
    )
    options = parser.parse_args(words)
    rounds = 1 if options.quick else options.rounds
    text = "\n\n".join(
        [
            "# Forms of a detector",
            "\n".join(f"- {line}" for line in describe()),
            NOTES.strip(),
            table(*measure(rounds, options.quick, options.run)),
        ]
    )
    print_report(text, options.out)
    return 0


def describe() -> list[str]:
    """The machine, what its processor has, and how busy it is."""
    load, *_ = os.getloadavg()
    return [
        *describe_machine(),
        f"Flags: {', '.join(processor_flags()) or 'unknown'}",
        f"Processes that ran already: {load:.1f}",
    ]


def measure(
    rounds: int, is_quick: bool, run: str | None = None
) -> tuple[dict, dict]:
    """Seconds of every round by row and batch size; facts by row.

    A row that cannot run has a text in place of the facts of `Forms.make`.
    """
    seconds: dict[tuple[Row, int], list[tuple[float, float]]] = {}
    facts: dict[Row, dict | str] = {}
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        workers: dict[tuple, Connection] = {}
        for row in ROWS:
            if row[1:] not in workers:
                worker = _start(row.threads, folder, is_quick, run, stack)
                workers[row[1:]] = worker
            print(f"making {row.form} ...", file=sys.stderr, flush=True)
            try:
                facts[row] = _ask(workers[row[1:]], "make", row.form)
            except EOFError:
                facts[row] = "its process ended"
        able = [row for row in ROWS if not isinstance(facts[row], str)]
        # Single clips take little time: more of them for a steady median.
        for batch, repeats in ((BATCH, 1), (1, 10)):
            for _ in range(rounds * repeats + 1):
                for row in able:
                    question = (row.form, batch)
                    spent = _ask(workers[row[1:]], "time", question)
                    seconds.setdefault((row, batch), []).append(spent)
    # The first round warms up.
    return {key: values[1:] for key, values in seconds.items()}, facts


HEADER = (
    "form, threads, clips/s, ratio, core ms a clip, one clip ms, 99 %, ratio, "
    "off, MB, AUC"
)


def table(seconds: dict, facts: dict) -> str:
    """One row a form."""
    lines = []
    for row in ROWS:
        if isinstance(facts[row], str):
            lines.append([row.form, *[""] * 7, facts[row], "", ""])
            continue
        cells = []
        for batch in (BATCH, 1):
            times, cores = zip(*seconds[row, batch], strict=True)
            base, _ = zip(*seconds[BASE, batch], strict=True)
            middle = statistics.median(times)
            pairs = zip(base, times, strict=True)
            ratio = statistics.median(slow / fast for slow, fast in pairs)
            number = batch / middle if batch > 1 else 1000 * middle
            cells += [f"{number:.1f}"]
            if batch == 1:
                cells += [f"{1000 * np.percentile(times, 99):.1f}"]
            cells += [f"{ratio:.2f}"]
            if batch > 1:
                used = statistics.median(cores) / batch
                cells += [f"{1000 * used:.1f}"]
        threads = " + ".join(map(str, row.threads))
        cells += [f"{facts[row]['worst']:.0e}"]
        for name, scale in (("bytes", 1e-6), ("auc", 100)):
            value = facts[row][name]
            cells += ["" if value is None else f"{scale * value:.1f}"]
        lines.append([row.form, threads, *cells])
    return Table(HEADER.split(", "), lines).markdown()


def _start(threads, folder, is_quick, run, stack) -> Connection:
    """A process of its own, since TensorFlow's threads are a process's."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(
        target=_work, args=(theirs, threads, folder, is_quick, run), daemon=True
    )
    process.start()
    theirs.close()
    stack.callback(process.join)
    stack.callback(ours.close)
    return ours


def _ask(worker: Connection, *question):
    worker.send(question)
    return worker.recv()


def _work(questions: Connection, threads, folder, is_quick, run) -> None:
    """Answers until the questions end."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))[:NUM_CORES]
        os.sched_setaffinity(0, cores)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    forms = Forms(threads, pathlib.Path(folder), BATCH, is_quick, run)
    with contextlib.suppress(EOFError):
        while True:
            name, question = questions.recv()
            questions.send(getattr(forms, name)(question))


if __name__ == "__main__":
    sys.exit(main())
