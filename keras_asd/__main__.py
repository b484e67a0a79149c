"""The command line: `python -m keras_asd`, or `keras-asd`."""

import argparse
import ast
import contextlib
import io
import logging
import os
import pathlib
import sys
from collections.abc import Sequence

from keras_asd import __version__

# In the order in which one needs them. What each does, its own docstring says.
COMMANDS = (
    "download",
    "train",
    "evaluate",
    "score",
    "merge",
    "watch",
    "alarms",
    "drift",
    "explain",
    "embed",
    "thresholds",
    "calibrate",
    "feedback",
    "enrol",
    "export",
    "serve-files",
    "request",
    "official",
    "tune",
    "study",
    "bench",
    "demo",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Args:
        arguments: Words after the program's name; the process's own if
            `None`.

    Returns:
        0 when done, 2 for an error of input or use, 130 and 143 after Ctrl-C
        and SIGTERM. Set `KERAS_ASD_DEBUG` to see where an error came from. A
        programming error keeps its traceback.

    >>> try:
    ...     main(["--version"])
    ... except SystemExit as stop:
    ...     print("exit code", stop.code)
    keras-asd ...
    exit code 0
    """
    from pipelines.commands.errors import ask_for_report
    from pipelines.commands.process import Stop
    from pipelines.commands.process import own_process

    # Who calls it with words of its own keeps its own signals, too.
    is_own = arguments is None
    words = list(sys.argv[1:] if arguments is None else arguments)
    with own_process() if is_own else contextlib.nullcontext(Stop()) as stop:
        try:
            code = _run(words, is_own)
        except BaseException as error:
            # What a signal breaks may come up as anything, an ImportError say.
            if not (stop.is_asked or isinstance(error, KeyboardInterrupt)):
                if not isinstance(error, (SystemExit, ValueError, OSError)):
                    print(ask_for_report(), file=sys.stderr)
                raise
        else:
            if not stop.is_asked:
                return code
        stop.end(is_own)
        return stop.code


def _run(words: list[str], is_own: bool) -> int:
    from pipelines.files.names import LineFormatter
    from pipelines.files.posix import IS_POSIX

    # Names of files may be no text. A line that nobody takes is told at once.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="surrogateescape", line_buffering=True)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    is_quiet = os.environ["TF_CPP_MIN_LOG_LEVEL"] == "3" and IS_POSIX
    if is_own and is_quiet and {*words[:1]} <= {*COMMANDS}:
        from pipelines.commands.native_log import drop_native_log

        drop_native_log()
    handler = logging.StreamHandler()
    handler.setFormatter(LineFormatter("%(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    # Their last word is in our own error.
    for name in ("tensorflow", "urllib3"):
        logging.getLogger(name).setLevel(logging.ERROR)
    from pipelines.commands.errors import is_left_out
    from pipelines.commands.errors import word_error
    from pipelines.files.disk import is_full_disk
    from pipelines.files.memory import is_full_memory

    try:
        try:
            if not words or words[0] not in COMMANDS:
                _make_parser().parse_args(words[:1])  # It exits.
            if words[0] == "tune":
                from tuning import commands as tuning_commands

                return tuning_commands.run(words[1:])
            from pipelines import commands

            return commands.run(words[0], words[1:])
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
        print(f"keras-asd: error: {word_error(error)}", file=sys.stderr)
        return 2
    except Exception as error:
        # In the words of another library.
        known = is_full_disk, is_full_memory, is_left_out
        if any(is_known(error) for is_known in known):
            print(f"keras-asd: error: {word_error(error)}", file=sys.stderr)
            return 2
        raise


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="keras-asd",
        description="Anomalous sound detection: learns how machines sound "
        "from normal recordings\nalone, and tells how strange a new one is.",
        epilog="Commands, each with a page `keras-asd COMMAND --help`:\n\n"
        + "\n".join(f"  {name:12}{_summary(name)}" for name in COMMANDS),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--version", action="version", version=f"keras-asd {__version__}"
    )
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND")
    return parser


def _summary(command: str) -> str:
    """The first line of the docstring of a command, which is not imported."""
    path = f"pipelines/commands/{command.replace('-', '_')}.py"
    if command == "tune":
        path = "tuning/commands.py"
    source = pathlib.Path(__file__).parents[1] / path
    for node in ast.parse(source.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name == "run":
            text = ast.get_docstring(node) or "."
            return text.splitlines()[0].removesuffix(".")
    raise ValueError(f"A command must have a function `run`. Received: {path}.")


if __name__ == "__main__":
    sys.exit(main())
