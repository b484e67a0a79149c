"""Training effort of a run: time, attempts, epochs and examples."""

import json
import pathlib
import time

from pipelines import atomic
from pipelines.runs.checkpoints import read_history
from pipelines.runs.clip_list import read_clip_list
from pipelines.runs.run_files import reading
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config
from pipelines.runs.stages import NETWORK
from pipelines.runs.stages import TRAINING_FREE
from pipelines.training.tasks import list_tasks


def count_epochs(run: RunFolder) -> int:
    """Number of finished epochs, including pre-training.

    For several networks, the largest number of any of them.

    >>> import pathlib
    >>> count_epochs(RunFolder(pathlib.Path("no_such_run")))
    0
    """
    num_epochs = max(len(read_history(network)) for network in run.parts)
    return len(read_history(run.pretraining)) + num_epochs


def count_trained_examples(run: RunFolder) -> int:
    """Number of training examples of all networks, over all epochs.

    Args:
        run: Folder of a run that has ended.

    Raises:
        FileNotFoundError: If there is no such run.

    >>> import pathlib
    >>> count_trained_examples(RunFolder(pathlib.Path("no_such_run")))
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    config = read_config(run)
    tasks = list_tasks(read_clip_list(run.clips), config)
    pretraining = config.pretraining
    num_examples = 0
    for index, task in enumerate(tasks):
        network = run if len(tasks) == 1 else run.part(index, task.name)
        roles = {entry.clip.path: entry.role for entry in task.listed}
        num_trained = sum(
            roles[example.clip.path] in ("train", "contrast")
            for example in task.examples
        )
        num_examples += len(read_history(network)) * num_trained
        num_before = num_trained
        if pretraining is not None and pretraining.is_on_built_in:
            num_before = list(roles.values()).count("contrast")
        num_examples += len(read_history(network.pretraining)) * num_before
    return num_examples


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
    fields = _read_clock(run)
    if fields is None:
        return 0.0
    networks = [run.pretraining, *run.parts]
    stages = [run, run.stage(TRAINING_FREE), run.stage(NETWORK)]
    networks += stages[2].parts
    weights = [
        *(stage.detector for stage in stages),
        *(network.latest for network in networks),
    ]
    last = max(
        (path.stat().st_mtime for path in weights if path and path.exists()),
        default=fields["began"],
    )
    return fields["seconds"] + max(last - fields["began"], 0.0)


def count_attempts(run: RunFolder) -> int:
    """Number of processes that the training took.

    >>> count_attempts(RunFolder(pathlib.Path("no_such_run")))
    0
    """
    fields = _read_clock(run)
    return 0 if fields is None else int(fields["attempts"])


def _read_clock(run: RunFolder) -> dict[str, float] | None:
    path = _path(run)
    if not path.exists():
        return None
    with reading(path, "The clock of a training", "Remove it to go on."):
        fields = json.loads(path.read_text(encoding="utf-8"))
        names = ("attempts", "seconds", "began")
        return {name: float(fields[name]) for name in names}


def _path(run: RunFolder) -> pathlib.Path:
    return run.path / "cell_clock.json"
