"""`keras-asd study`."""

import argparse
import dataclasses

from pipelines.benchmarking.designs import STUDIES
from pipelines.settings.presets import PRESETS
from pipelines.settings.presets import choose_preset


def run(words: list[str]) -> int:
    """Repeats an experiment of the sub-cluster AdaCos paper."""
    parser = argparse.ArgumentParser(
        prog="keras-asd study",
        description="Repeats an experiment of the sub-cluster AdaCos paper: "
        "fresh trainings over several seeds, a table and a picture. Killed, "
        "it goes on where it stopped.",
        epilog="\n".join(
            f"  {name:16}{study.question}" for name, study in STUDIES.items()
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", choices=list(STUDIES), metavar="NAME")
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
        default="dual_branch_study",
        help="settings that the rows change (dual_branch_study)",
    )
    parser.add_argument("--epochs", type=int, help="instead of the preset's")
    parser.add_argument(
        "--to", metavar="DIR", help="where to; runs/study_NAME if left out"
    )
    options = parser.parse_args(words)
    from pipelines.benchmarking.study import run_study

    config = choose_preset(options.preset)
    if options.epochs is not None:
        config = dataclasses.replace(config, epochs=options.epochs)
    result = run_study(
        options.name,
        options.to or f"runs/study_{options.name}",
        config,
        options.data,
        options.seeds,
    )
    print(result.table)
    for path in result.files:
        print(f"wrote {path}")
    return 0
