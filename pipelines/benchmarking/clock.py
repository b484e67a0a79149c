"""Training time and number of attempts of a run."""

import json
import pathlib
import time

from pipelines import atomic
from pipelines.runs.run_files import reading
from pipelines.runs.run_folder import RunFolder


def begin_attempt(run: RunFolder, now: float | None = None) -> None:
    """Records that the process of a training begins or resumes.

    An earlier attempt counts until it last wrote weights, since later work is
    repeated.

    Args:
        run: Folder of the run.
        now: Time in seconds since the epoch; the current time if `None`.

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
    """Seconds from the start of each attempt to its last weights, summed up.

    >>> training_seconds(RunFolder(pathlib.Path("no_such_run")))
    0.0
    """
    fields = _read(run)
    if fields is None:
        return 0.0
    networks = [run.pretraining, *run.parts]
    weights = [run.detector, *(network.latest for network in networks)]
    written = [one for one in weights if one is not None]
    last = max(
        (one.stat().st_mtime for one in written if one.exists()),
        default=fields["began"],
    )
    return fields["seconds"] + max(last - fields["began"], 0.0)


def count_attempts(run: RunFolder) -> int:
    """Number of processes that the training took.

    >>> count_attempts(RunFolder(pathlib.Path("no_such_run")))
    0
    """
    fields = _read(run)
    return 0 if fields is None else int(fields["attempts"])


def _read(run: RunFolder) -> dict[str, float] | None:
    path = _path(run)
    if not path.exists():
        return None
    with reading(path, "The clock of a training", "Remove it to go on."):
        fields = json.loads(path.read_text(encoding="utf-8"))
        names = ("attempts", "seconds", "began")
        return {name: float(fields[name]) for name in names}


def _path(run: RunFolder) -> pathlib.Path:
    return run.path / "cell_clock.json"
