"""Folder of a trial, from which it is resumed after a kill."""

import shutil

from pipelines import atomic
from pipelines.runs.checkpoints import drop_damaged
from pipelines.runs.checkpoints import read_history
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config
from pipelines.runs.run_folder import write_config
from pipelines.settings.config import Config


def open_trial(
    run: RunFolder,
    config: Config,
    objective: str,
    measures_objective: bool = False,
    parent: RunFolder | None = None,
) -> None:
    """Prepares the folder of a trial, to resume it or begin a new one.

    Files of a trial with other settings are deleted.

    Args:
        run: Folder of the trial.
        config: Settings of the trial.
        objective: Name of the objective.
        measures_objective: Whether the objective is measured after every epoch.
        parent: Folder of a trial with the same settings and fewer epochs to
            continue from; without its checkpoint training starts from scratch.

    Raises:
        ValueError: If the folder has a training run.

    >>> import pathlib, tempfile
    >>> run = RunFolder(pathlib.Path(tempfile.mkdtemp()))
    >>> open_trial(run, Config(epochs=9), "val_proxy_auc")
    >>> read_config(run).epochs
    9
    """
    if run.clips.exists():
        raise ValueError(
            "`run` must be a folder of its own for the trial. Received: "
            f"run={run.path}, which is that of a training run. Choose another."
        )
    if not _holds(run, config, objective, measures_objective):
        for folder in (run.checkpoint(0).parent, run.tensorboard):
            shutil.rmtree(folder, ignore_errors=True)
        run.history.unlink(missing_ok=True)
        write_config(run, config, data=[])
    for trial in (run, parent or run):
        drop_damaged(trial, config.foreign_packages)
    is_begun = run.latest is not None
    if (
        parent
        and not is_begun
        and _holds(parent, config, objective, measures_objective)
    ):
        _copy_latest(parent, run)


def _holds(
    run: RunFolder, config: Config, objective: str, measures_objective: bool
) -> bool:
    """Whether a folder has a trial with these settings."""
    try:
        is_same = read_config(run) == config
    except (FileNotFoundError, ValueError):
        return False
    return is_same and all(
        (objective in row) == measures_objective for row in read_history(run)
    )


def _copy_latest(parent: RunFolder, run: RunFolder) -> None:
    """Copies the state of a trial, the checkpoint last."""
    if parent.latest is None:
        return
    epochs = parent.finished_epochs(parent.latest)
    atomic.write_text(run.history, parent.history.read_text(encoding="utf-8"))
    with atomic.replacing(run.checkpoint(epochs)) as temporary:
        shutil.copyfile(parent.latest, temporary)
