"""The command `keras-asd tune`."""

from collections.abc import Sequence

from pipelines.commands.printing import print_files
from tuning.settings.options import parse_tuning


def run(words: Sequence[str]) -> int:
    """Searches for the settings that detect faults best.

    Args:
        words: Command-line arguments after `keras-asd tune`.

    Returns:
        The exit code.

    >>> run(["no_such_recordings", "--search", "searches/a"])
    Traceback (most recent call last):
    FileNotFoundError: `root` must be a folder of recordings, or a CSV. ...
    """
    options = parse_tuning(words)
    flags = options.flags
    # TensorFlow takes seconds to load, and --help does not need it.
    from tuning.programs.running import work
    from tuning.programs.search import built_in_roots
    from tuning.programs.search import search

    roots = list(options.roots) or built_in_roots(options.folder)
    if flags.role == "worker":
        work(
            flags.address,
            roots,
            options.folder,
            flags.worker,
            options.settings.development,
        )
        print("The chief has no more trials.")
        return 0
    result = search(
        options.settings,
        options.final,
        roots,
        options.folder,
        flags.confirm_seeds,
        flags.address if flags.role == "chief" else None,
        flags.lease_seconds,
    )
    print(f"\nTrials, by {options.settings.objective}:\n\n{result.table}")
    chosen = ", ".join(
        f"{name} {value}" for name, value in result.best.values.items()
    )
    print(f"Best: trial {result.best.name} with {chosen}\n")
    if result.confirmation is not None:
        print(result.confirmation.table)
    print_files(result.files)
    return 0
