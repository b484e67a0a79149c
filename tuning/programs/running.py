"""Execution of trials in this process, for itself or for a chief."""

import dataclasses
import os
import pathlib
from collections.abc import Callable
from collections.abc import Sequence

import keras_tuner

from pipelines.atomic import FolderLock
from tuning.machines.worker import ChiefClient
from tuning.machines.worker import connect
from tuning.oracles.durable_trials import DurableTrials
from tuning.programs.tuner import SearchTuner
from tuning.settings.search_settings import SearchSettings
from tuning.settings.search_settings import decode_settings
from tuning.settings.values import SETTINGS
from tuning.trials.hypermodel import SearchHyperModel
from tuning.trials.judging.objective import Objective
from tuning.trials.judging.objective import make_objective
from tuning.trials.search_data import SearchData
from tuning.trials.search_data import prepare_search
from tuning.trials.search_folder import DATA
from tuning.trials.search_folder import DEVELOPMENT
from tuning.trials.search_folder import SearchFolder
from tuning.trials.search_folder import data_digest
from tuning.trials.search_folder import development_digest
from tuning.trials.trial_record import TrialRecord


def run_trials(
    trials: DurableTrials | ChiefClient,
    settings: SearchSettings,
    data: SearchData,
    objective: Objective,
    folder: SearchFolder,
    publish: Callable[[Sequence[TrialRecord]], None] | None = None,
    name: str = "tuner0",
) -> None:
    """Builds, trains and evaluates trials until there are no more.

    Args:
        trials: Oracle, or client of a chief.
        settings: Settings of the search.
        data: Clips of the search.
        objective: Objective of the trials.
        folder: Folder of the search.
        publish: Function called with all trials whenever one begins or ends.
        name: Name of the worker.

    Raises:
        ValueError: If the clips are missing.
        ConnectionError: If the chief does not answer for too long.

    >>> import tempfile
    >>> from pipelines.settings.config import Config
    >>> from pipelines.runs.labels import LabelMap
    >>> from tuning.oracles.kinds import make_oracle
    >>> from tuning.settings.search_space import make_space
    >>> folder = SearchFolder(pathlib.Path(tempfile.mkdtemp()))
    >>> data = SearchData(folder.data, (), (), LabelMap((), {}))
    >>> settings = SearchSettings(Config(), ("margin",), trials=1)
    >>> space = make_space(["margin"], Config())
    >>> oracle = make_oracle(settings, space, folder.path)
    >>> run_trials(oracle, settings, data, None, folder)
    >>> oracle.read()[0].status
    'FAILED'
    >>> oracle.close()
    """
    hypermodel = SearchHyperModel(data, settings, objective)
    tuner = SearchTuner(trials, hypermodel, folder.path, name, publish)
    try:
        tuner.search()
    except keras_tuner.errors.FatalError as error:
        raise ValueError(str(error)) from error


def work(
    address: str,
    roots: Sequence[str],
    folder: str,
    name: str,
    development: Sequence[str] = (),
    timeout_seconds: float = 600.0,
) -> None:
    """Runs trials for a chief until there are no more.

    Args:
        address: Address `host:port` of the chief, which sends the settings.
        roots: Data folders with the same clips as the chief's.
        folder: Folder of this worker's trials; it may be the chief's.
        name: Unique name of this worker.
        development: Folders of the labelled clips that the chief's objective
            may need; the chief's paths if empty.
        timeout_seconds: Time to wait for the chief, in seconds.

    Raises:
        FileNotFoundError: If a data folder is missing.
        ValueError: If the clips are not those of the chief, or another worker
            of this name uses the folder.
        ConnectionError: If no chief answers.

    >>> work("localhost:1", ["fans"], "x", "a", timeout_seconds=0.1)
    Traceback (most recent call last):
    ConnectionError: ...
    """
    client = connect(address, name, timeout_seconds)
    bound = client.get_space().values
    settings = decode_settings(bound[SETTINGS])
    if development:
        settings = dataclasses.replace(settings, development=tuple(development))
    search = SearchFolder(pathlib.Path(os.path.abspath(folder)))
    worker = search.path / "workers" / name
    with FolderLock(worker / "worker.lock"):
        data = prepare_search(
            [os.path.abspath(root) for root in roots], settings.config, worker
        )
        _check_same(data_digest(data), bound[DATA], roots, address)
        objective = make_objective(settings, data)
        if clips := objective.development_clips:
            digest = development_digest(clips)
            _check_same(
                digest, bound[DEVELOPMENT], settings.development, address
            )
        run_trials(client, settings, data, objective, search, name=name)


def _check_same(
    digest: str, expected: str, folders: Sequence[str], address: str
) -> None:
    if digest != expected:
        raise ValueError(
            "A worker must have the same clips as its chief. Received: "
            f"{', '.join(folders)}, whose contents, or whose split, differ "
            f"from those at {address}. Copy the chief's folders."
        )
