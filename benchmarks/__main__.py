"""Command line of the benchmarks: measures, prints and writes a table."""

import argparse
import pathlib
import sys
from collections.abc import Sequence

from benchmarks.part import PARTS
from benchmarks.part import run_apart
from pipelines.benchmarking.machine import describe_machine
from pipelines.evaluation.tables import Table

HEADER = ("measured", "result", "aim", "verdict")


def main(words: Sequence[str] | None = None) -> int:
    """Measures the parts one after the other, each in a fresh process.

    Returns:
        0, met aims or not; 1 where a part cannot run.
    """
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measures this machine."
    )
    parser.add_argument(
        "--only",
        nargs="+",
        choices=PARTS,
        default=PARTS,
        metavar="PART",
        help=f"some of {', '.join(PARTS)}; `model` needs no TensorFlow",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="tiny sizes, to see that it works; the numbers mean nothing",
    )
    parser.add_argument(
        "--out", metavar="FILE", help="Markdown file for the same table"
    )
    options = parser.parse_args(words)
    rows, backends = [], []
    for name in options.only:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        try:
            part, backend = run_apart(name, options.quick)
        except RuntimeError as error:
            print(error, file=sys.stderr)
            return 1
        rows += part
        backends += [backend] * (backend != "")
    heading = describe_machine()
    heading += [f"Backend: {backend}" for backend in dict.fromkeys(backends)]
    cells = [(row.what, row.result, row.aim, row.verdict) for row in rows]
    table = Table(HEADER, cells)
    print("\n".join([*heading, "", table.plain()]))
    if options.out:
        lines = [f"- {line}" for line in heading]
        text = "\n".join([*lines, "", table.markdown(), ""])
        pathlib.Path(options.out).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
