"""How long a training took, and how often it was begun on the way."""

import json
import pathlib
import time

from pipelines import atomic
from pipelines.runs.run_folder import RunFolder


def begin_attempt(run: RunFolder, now: float | None = None) -> None:
    """Notes that the process of a training begins, or goes on.

    Of an attempt before, what counts is the time until it last wrote
    weights: what came after is done again.

    Args:
        run: Folder of the run.
        now: Seconds since the epoch; the clock's if `None`.

    >>> import tempfile
    >>> run = RunFolder(pathlib.Path(tempfile.mkdtemp()))
    >>> begin_attempt(run)
    >>> training_seconds(run)
    0.0
    """
    fields = {
        "attempts": count_attempts(run) + 1,
        "seconds": training_seconds(run),
        "began": time.time() if now is None else now,
    }
    atomic.write_text(_path(run), json.dumps(fields) + "\n")


def training_seconds(run: RunFolder) -> float:
    """Seconds from the beginnings of the attempts to their last weights.

    >>> training_seconds(RunFolder(pathlib.Path("no_such_run")))
    0.0
    """
    path = _path(run)
    if not path.exists():
        return 0.0
    fields = json.loads(path.read_text(encoding="utf-8"))
    networks = [run.pretraining, *run.parts]
    weights = [run.detector, *(network.latest for network in networks)]
    written = [one for one in weights if one is not None]
    last = max(
        (one.stat().st_mtime for one in written if one.exists()),
        default=fields["began"],
    )
    return fields["seconds"] + max(last - fields["began"], 0.0)


def count_attempts(run: RunFolder) -> int:
    """Processes that the training took.

    >>> count_attempts(RunFolder(pathlib.Path("no_such_run")))
    0
    """
    path = _path(run)
    if not path.exists():
        return 0
    return json.loads(path.read_text(encoding="utf-8")).get("attempts", 1)


def _path(run: RunFolder) -> pathlib.Path:
    return run.path / "cell_clock.json"
