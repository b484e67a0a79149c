"""Trials of a search run by this process, for itself or for a chief."""

import os
import pathlib
from collections.abc import Callable
from collections.abc import Sequence

import keras_tuner

from tuning.judging.objective import make_objective
from tuning.machines.worker import ChiefClient
from tuning.machines.worker import connect
from tuning.oracles.durable_trials import DurableTrials
from tuning.oracles.told_changes import SETTINGS
from tuning.search_data import SearchData
from tuning.search_data import prepare_search
from tuning.search_folder import DATA
from tuning.search_folder import SearchFolder
from tuning.search_folder import data_digest
from tuning.search_settings import SearchSettings
from tuning.search_settings import decode_settings
from tuning.trial_record import TrialRecord
from tuning.trials.hypermodel import SearchHyperModel
from tuning.tuner import SearchTuner


def run_trials(
    trials: DurableTrials | ChiefClient,
    settings: SearchSettings,
    data: SearchData,
    place: SearchFolder,
    publish: Callable[[Sequence[TrialRecord]], None] | None = None,
    name: str = "tuner0",
) -> None:
    """Builds, trains and judges trials until there are no more.

    Args:
        trials: An oracle, or the client of a chief.
        settings: Of the search.
        data: Its clips.
        place: Where the trials go.
        publish: Called with all trials whenever one begins or ends.
        name: Of whoever runs trials here.

    Raises:
        ValueError: If the objective has too little to judge by, or the clips
            are gone.
        ConnectionError: If the chief falls silent for too long.

    >>> from pipelines.config import Config
    >>> from pipelines.labels import LabelMap
    >>> data = SearchData(pathlib.Path("x"), (), (), LabelMap((), {}))
    >>> place = SearchFolder(pathlib.Path("searches/x"))
    >>> run_trials(None, SearchSettings(Config()), data, place)
    Traceback (most recent call last):
    ValueError: There must be held-out clips to judge by. Received: 0 clips...
    """
    objective = make_objective(settings, data)
    hypermodel = SearchHyperModel(data, settings, objective)
    tuner = SearchTuner(trials, hypermodel, place.path, name, publish)
    try:
        tuner.search()
    except keras_tuner.errors.FatalError as error:
        raise ValueError(str(error)) from error


def work(
    address: str,
    roots: Sequence[str],
    folder: str,
    name: str,
    timeout_seconds: float = 600.0,
) -> None:
    """Runs trials for a chief until there are no more.

    Args:
        address: `host:port` of the chief, which tells the settings.
        roots: Data folders with the same clips as the chief's.
        folder: Where this worker's trials go; it may be the chief's.
        name: Of this worker, different from all others.
        timeout_seconds: How long to wait for the chief.

    Raises:
        FileNotFoundError: If a data folder is missing.
        ValueError: If the clips are not those of the chief.
        ConnectionError: If no chief answers.

    >>> work("localhost:1", ["recordings"], "searches/x", "a", 0.1)
    Traceback (most recent call last):
    ConnectionError: ...
    """
    client = connect(address, name, timeout_seconds)
    told = client.get_space().values
    settings = decode_settings(told[SETTINGS])
    place = SearchFolder(pathlib.Path(os.path.abspath(folder)))
    data = prepare_search(
        [os.path.abspath(root) for root in roots],
        settings.config,
        place.path / "workers" / name,
    )
    if data_digest(data) != told[DATA]:
        raise ValueError(
            "A worker must have the same normal clips as its chief. "
            f"Received: {', '.join(roots)}, whose contents, or whose split, "
            f"differ from those at {address}. Copy the chief's data folders."
        )
    run_trials(client, settings, data, place, name=name)
