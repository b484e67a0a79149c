"""`keras-asd study`."""

import argparse

from pipelines.benchmarking.reading import read_benchmark
from pipelines.benchmarking.reading import read_document
from pipelines.benchmarking.reading import shipped_benchmarks
from pipelines.commands.bench import print_result
from pipelines.settings.presets import PRESETS

_FOLDER = "studies/"


def run(words: list[str]) -> int:
    """Repeats an experiment of the sub-cluster AdaCos paper."""
    studies = {
        name.removeprefix(_FOLDER): read_document(name)["question"]
        for name in shipped_benchmarks()
        if name.startswith(_FOLDER)
    }
    parser = argparse.ArgumentParser(
        prog="keras-asd study",
        description="Repeats an experiment of the sub-cluster AdaCos paper: "
        "fresh trainings over several seeds, a table and a picture. Killed, "
        "it goes on where it stopped.",
        epilog="\n".join(
            f"  {name:16}{question}" for name, question in studies.items()
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", choices=list(studies), metavar="NAME")
    parser.add_argument(
        "--data",
        nargs="+",
        default=[],
        metavar="DIR",
        help="data folders; the built-in machines if left out",
    )
    parser.add_argument(
        "--seeds", type=int, default=3, help="trainings of each row (3)"
    )
    parser.add_argument(
        "--preset",
        choices=[name for name in PRESETS if name.startswith("dual_branch")],
        help="settings that the rows change (dual_branch_study)",
    )
    parser.add_argument("--epochs", type=int, help="instead of the preset's")
    parser.add_argument(
        "--to", metavar="DIR", help="where to; runs/study_NAME if left out"
    )
    options = parser.parse_args(words)
    name = _FOLDER + options.name
    changes = {} if options.epochs is None else {"epochs": options.epochs}
    from pipelines.benchmarking.bench import run_benchmark

    result = run_benchmark(
        read_benchmark(name, options.preset, changes),
        options.to or f"runs/study_{options.name}",
        [f"data={','.join(options.data)}"] if options.data else [],
        options.seeds,
    )
    return print_result(result)
