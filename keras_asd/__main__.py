"""The command line: `python -m keras_asd`, or `keras-asd`."""

import argparse
import io
import json
import logging
import os
import sys
from collections.abc import Sequence

from keras_asd import __version__

COMMANDS = {
    "train": "train a detector on the normal clips of data folders",
    "evaluate": "score the test clips of data folders with a run, and report",
    "score": "score single clips with a run or an exported model",
    "export": "export a run as a SavedModel for TensorFlow Serving",
    "demo": "the whole way on built-in data: generate, train, evaluate, export",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Args:
        arguments: Words after the program's name; the process's own if
            `None`.

    Returns:
        0 when done, 2 for an error of input or use. Set `KERAS_ASD_DEBUG` to
        see where an error came from.

    >>> try:
    ...     main(["--version"])
    ... except SystemExit as stop:
    ...     print("exit code", stop.code)
    keras-asd ...
    exit code 0
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    parser = _make_parser()
    options = parser.parse_args(words[:1])
    commands = {
        "train": _train,
        "evaluate": _evaluate,
        "score": _score,
        "export": _export,
        "demo": _demo,
    }
    # Names of files may be no text.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="surrogateescape")
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        return commands[options.command](words[1:])
    except (ValueError, OSError) as error:
        if os.environ.get("KERAS_ASD_DEBUG"):
            raise
        print(f"keras-asd: error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("keras-asd: stopped by you", file=sys.stderr)
        return 130


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="keras-asd",
        description="Anomalous sound detection: learns how machines sound "
        "from normal recordings alone, and tells how strange a new one is.",
        epilog="`keras-asd COMMAND --help` tells more of a command.\n"
        + "\n".join(f"  {name:10}{text}" for name, text in COMMANDS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--version", action="version", version=f"keras-asd {__version__}"
    )
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND")
    return parser


def _train(words: list[str]) -> int:
    from pipelines.options import parse_training

    config, data, run = parse_training(words)
    from pipelines.training import train

    train(data, config, run)
    print(f"The run is in {run}; judge it: keras-asd evaluate {run} DATA")
    return 0


def _evaluate(words: list[str]) -> int:
    parser = _command("evaluate")
    parser.add_argument("run", help="folder of a finished training run")
    parser.add_argument("data", nargs="+", help="data folders")
    options = parser.parse_args(words)
    from pipelines.evaluation import evaluate

    _print_report(evaluate(options.run, options.data))
    return 0


def _print_report(report) -> None:
    print(report.table)
    for path in report.files:
        print(f"wrote {path}")


def _score(words: list[str]) -> int:
    parser = _command("score")
    parser.add_argument(
        "model", help="folder of a run, or of an exported model"
    )
    parser.add_argument("clips", nargs="+", metavar="CLIP", help="recordings")
    parser.add_argument(
        "--machine",
        metavar="KEY",
        help="<machine>/<section> or <machine>; read from each clip's name "
        "and folders where it is there",
    )
    parser.add_argument(
        "--json", action="store_true", help="one JSON object a line"
    )
    options = parser.parse_args(words)
    from pipelines.scoring import load_scorer
    from pipelines.scoring import score_clips

    num_errors = 0
    scorer = load_scorer(options.model)
    for scored in score_clips(scorer, options.clips, options.machine):
        num_errors += "error" in scored
        if "error" in scored:
            print(
                f"keras-asd: left out: {scored['clip']}: {scored['error']}",
                file=sys.stderr,
            )
        elif options.json:
            print(json.dumps(scored), flush=True)
        else:
            print(
                f"{scored['anomaly_score']:.6g}\t{scored['machine']}\t"
                f"{scored['clip']}",
                flush=True,
            )
    return 2 if num_errors == len(options.clips) else 0


def _export(words: list[str]) -> int:
    parser = _command("export")
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


def _demo(words: list[str]) -> int:
    parser = _command("demo")
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

    _print_report(demo(options.run, options.to))
    return 0


def _command(name: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        prog=f"keras-asd {name}", description=f"{COMMANDS[name]}."
    )


if __name__ == "__main__":
    sys.exit(main())
