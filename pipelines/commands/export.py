"""`keras-asd export`."""

import argparse


def run(words: list[str]) -> int:
    """Exports a run as a SavedModel."""
    parser = argparse.ArgumentParser(
        prog="keras-asd export",
        description="Exports a run as a SavedModel for TensorFlow Serving.",
    )
    parser.add_argument("run", help="folder of a finished training run")
    parser.add_argument(
        "--to",
        required=True,
        metavar="DIR",
        help="folder of the served model, such as saved_models/fan; the next "
        "version appears in it",
    )
    options = parser.parse_args(words)
    from pipelines.export import export

    print(f"wrote {export(options.run, options.to)}")
    return 0
