"""The command line: `python -m keras_asd`, or `keras-asd`."""

import argparse
import io
import logging
import os
import sys
from collections.abc import Sequence

from keras_asd import __version__

COMMANDS = {
    "download": "fetch the recordings of DCASE Task 2, 2020 to 2026",
    "train": "train a detector on the normal clips of data folders",
    "evaluate": "score the test clips of data folders with a run, and report",
    "score": "score clips or folders with a run or an exported model",
    "explain": "draw what in a clip makes its anomaly score",
    "embed": "embed clips with a run, and draw them as a map",
    "thresholds": "say which score is an alarm, and how often that is false",
    "calibrate": "set a run's decisions anew, by fresh normal clips",
    "export": "export a run as a SavedModel, and in other forms",
    "serve-files": "write what TensorFlow Serving takes to serve exports",
    "request": "score clips with a model that is served somewhere",
    "official": "judge score files by the official rules of DCASE Task 2",
    "tune": "search for the settings that tell faults best",
    "study": "repeat an experiment of the sub-cluster AdaCos paper",
    "bench": "compare methods over seeds and data sets, from one file",
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
    # Names of files may be no text. A line that nobody takes is told at once.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="surrogateescape", line_buffering=True)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        try:
            options = _make_parser().parse_args(words[:1])
            if options.command == "tune":
                from tuning import commands as tuning_commands

                return tuning_commands.run(words[1:])
            from pipelines import commands

            return commands.run(options.command, words[1:])
        finally:
            # What `--help` could not print still lies there.
            if sys.stdout is not None:
                sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
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
        + "\n".join(f"  {name:12}{text}" for name, text in COMMANDS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--version", action="version", version=f"keras-asd {__version__}"
    )
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND")
    return parser


if __name__ == "__main__":
    sys.exit(main())
