"""Training effort of a run: epochs and examples over all networks."""

from pipelines.runs.checkpoints import read_history
from pipelines.runs.clip_list import read_clip_list
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config
from pipelines.training.tasks import list_tasks


def count_epochs(run: RunFolder) -> int:
    """Number of finished epochs, including pre-training.

    For several networks, the largest number of any of them.

    >>> import pathlib
    >>> count_epochs(RunFolder(pathlib.Path("no_such_run")))
    0
    """
    own = max(len(read_history(network)) for network in run.parts)
    return len(read_history(run.pretraining)) + own


def count_heard(run: RunFolder) -> int:
    """Number of training examples of all networks, over all epochs.

    Args:
        run: Folder of a run that has ended.

    Raises:
        FileNotFoundError: If there is no such run.

    >>> import pathlib
    >>> count_heard(RunFolder(pathlib.Path("no_such_run")))
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    config = read_config(run)
    tasks = list_tasks(read_clip_list(run.clips), config)
    pretraining = config.pretraining
    num_heard = 0
    for index, task in enumerate(tasks):
        network = run if len(tasks) == 1 else run.part(index, task.name)
        roles = {entry.clip.path: entry.role for entry in task.listed}
        num_trained = sum(
            roles[example.clip.path] in ("train", "contrast")
            for example in task.examples
        )
        num_heard += len(read_history(network)) * num_trained
        num_before = num_trained
        if pretraining is not None and pretraining.is_on_built_in:
            num_before = list(roles.values()).count("contrast")
        num_heard += len(read_history(network.pretraining)) * num_before
    return num_heard
