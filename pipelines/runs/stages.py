"""Stages of a run: the folder whose detector is used now."""

import dataclasses
import json
import os
import pathlib

from pipelines import atomic
from pipelines.runs.feedback_journal import read_journal
from pipelines.runs.feedback_journal import version_folder
from pipelines.runs.run_files import reading
from pipelines.runs.run_folder import RunFolder

TRAINING_FREE, NETWORK = "training_free", "network"
_NAME = "stages.json"


@dataclasses.dataclass(frozen=True)
class Stages:
    """State of a run that begins without training and may add a network.

    Args:
        current: Name of the folder in the run whose detector is used.
        has_ended: Whether nothing more will come.

    >>> Stages("network").has_ended
    False
    """

    current: str
    has_ended: bool = False


def read_stages(path: pathlib.Path) -> Stages | None:
    """The stages of a run; `None` for a run of one stage, or none yet.

    Args:
        path: Folder of the run.

    Raises:
        ValueError: If the file is damaged.

    >>> read_stages(pathlib.Path("no_such_run")) is None
    True
    """
    file = path / _NAME
    if not file.exists():
        return None
    with reading(file, "The list of a run's stages"):
        stages = Stages(**json.loads(file.read_text(encoding="utf-8")))
        if stages.current not in (TRAINING_FREE, NETWORK):
            raise ValueError("it names no stage")
    return stages


def write_stages(path: pathlib.Path, stages: Stages) -> None:
    """Writes the stages; from then on the run is that of its current stage.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp())
    >>> write_stages(path, Stages(NETWORK))
    >>> find_run(path).path.name
    'network'
    """
    atomic.write_text(
        path / _NAME, json.dumps(dataclasses.asdict(stages)) + "\n"
    )


def find_run(path: str | os.PathLike[str]) -> RunFolder:
    """The run at a path: its current stage, in the version in use.

    Args:
        path: Folder that a training was given.

    Raises:
        ValueError: If the list of its stages or its journal is damaged.

    >>> find_run("runs/fan").path.as_posix()
    'runs/fan'
    """
    run = find_stage(path)
    return version_folder(run, read_journal(run).current)


def find_stage(path: str | os.PathLike[str]) -> RunFolder:
    """The run at a path as it was trained: the folder, or its current stage.

    Args:
        path: Folder that a training was given.

    Raises:
        ValueError: If the list of its stages is damaged.

    >>> find_stage("runs/fan").path.as_posix()
    'runs/fan'
    """
    path = pathlib.Path(path)
    stages = read_stages(path)
    return RunFolder(path if stages is None else path / stages.current)
