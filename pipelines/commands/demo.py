"""`keras-asd demo`."""

import argparse

from pipelines.commands.evaluate import print_report


def run(words: list[str]) -> int:
    """Goes the whole way on the built-in data."""
    parser = argparse.ArgumentParser(
        prog="keras-asd demo",
        description="The whole way on built-in data.",
    )
    parser.add_argument(
        "--run", default="runs/demo", metavar="DIR", help="folder of the run"
    )
    parser.add_argument(
        "--to",
        default="saved_models/demo",
        metavar="DIR",
        help="folder of the exported model",
    )
    options = parser.parse_args(words)
    from pipelines.demo import demo

    print_report(demo(options.run, options.to))
    return 0
