"""Oracles: random, Bayesian, Hyperband and grid search."""

import itertools
import logging
import math
import pathlib
import warnings
from collections.abc import Mapping
from typing import Any
from typing import Literal

import keras_tuner
from threadpoolctl import threadpool_limits

from tuning.oracles.durable_trials import DurableTrials
from tuning.oracles.grid import GridOracle
from tuning.oracles.grid import grid_size
from tuning.oracles.keras_tuner_internals import Fixed
from tuning.oracles.keras_tuner_internals import Trial
from tuning.oracles.keras_tuner_internals import TrialStatus
from tuning.settings.search_settings import SearchSettings
from tuning.settings.search_settings import encode_settings
from tuning.settings.values import SETTINGS
from tuning.trials.trial_record import TrialRecord

logger = logging.getLogger(__name__)

SECONDS = "trial_seconds"

Status = Literal["completed", "failed", "running", "waiting"]
STATUSES: dict[str, Status] = {
    TrialStatus.COMPLETED: "completed",
    TrialStatus.FAILED: "failed",
    TrialStatus.RUNNING: "running",
    TrialStatus.IDLE: "waiting",
}


class _Random(DurableTrials, keras_tuner.oracles.RandomSearchOracle):
    """Oracle of random search."""


class _Hyperband(DurableTrials, keras_tuner.oracles.HyperbandOracle):
    """Oracle of Hyperband: random values, of which the best train longer.

    keras-tuner's oracle waits for ever for the result of a failed trial, and
    the best of its bracket does not train longer. Here a failed trial is the
    worst of its bracket.
    """

    def populate_space(self, trial_id: str) -> Mapping[str, Any]:
        failed = {
            name: trial
            for name, trial in self.trials.items()
            if trial.status == TrialStatus.FAILED
        }
        for trial in failed.values():
            trial.status, trial.score = TrialStatus.COMPLETED, -math.inf
        while True:
            answer = super().populate_space(trial_id)
            parent = (answer.get("values") or {}).get("tuner/trial_id")
            if parent not in failed:
                break
            # Only failed trials are left, and they count as trained longer.
            for bracket in self._brackets:
                for entry in itertools.chain(*bracket["rounds"]):
                    if entry["id"] == trial_id:
                        entry["id"] = parent
        for trial in failed.values():
            trial.status, trial.score = TrialStatus.FAILED, None
        return answer


class _Bayesian(DurableTrials, keras_tuner.oracles.BayesianOptimizationOracle):
    """Oracle of Bayesian search, with durable random state and no repeats."""

    def populate_space(self, trial_id: str) -> Mapping[str, Any]:
        # Matrices this small are slower with threads. Few points do not
        # determine the parameters of the Gaussian process, which needs no
        # warning.
        with threadpool_limits(1), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            answer = super().populate_space(trial_id)
        if answer["values"] and self._duplicate(answer["values"]):
            return self._random_populate_space()
        return answer

    def get_state(self) -> dict[str, Any]:
        kind, keys, *rest = self._random_state.get_state()
        return {
            **super().get_state(),
            "random_state": [kind, keys.tolist(), *rest],
        }

    def set_state(self, state: dict[str, Any]) -> None:
        super().set_state(state)
        self._random_state.set_state(tuple(state["random_state"]))


def make_oracle(
    settings: SearchSettings,
    space: keras_tuner.HyperParameters,
    folder: pathlib.Path,
) -> DurableTrials:
    """The oracle of a search, new or resumed from its state.

    Args:
        settings: Settings of the search.
        space: Search space without conditions. Its fixed values are not
            searched over, but sent to workers like the settings; the search is
            bound to them.
        folder: Folder of the search. It is locked until the oracle is closed or
            the process ends.

    Raises:
        ValueError: If another process works on this search, it was begun with
            other settings, or its state is damaged.

    >>> import tempfile
    >>> from pipelines.settings.config import Config
    >>> space = keras_tuner.HyperParameters()
    >>> _ = space.Choice("scale", [15.0, 30.0], default=30.0)
    >>> settings = SearchSettings(Config(), ("scale",), tuner="grid")
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> oracle = make_oracle(settings, space, folder)
    >>> oracle.create_trial("tuner0").hyperparameters.values
    {'scale': 30.0}
    >>> make_oracle(settings, space, folder)
    Traceback (most recent call last):
    ValueError: A folder is worked in by one process at a time. Received: ...
    >>> oracle.close()
    """
    searched = keras_tuner.HyperParameters()
    bound = {SETTINGS: encode_settings(settings)}
    for parameter in space.space:
        if isinstance(parameter, Fixed):
            bound[parameter.name] = parameter.value
        else:
            searched.merge([parameter])
    common: dict[str, Any] = {
        "path": folder / "search.json",
        "bound": bound,
        "objective": keras_tuner.Objective(settings.objective, "max"),
        "hyperparameters": searched,
        "allow_new_entries": False,
        "tune_new_entries": False,
        # keras-tuner takes 0 for no seed.
        "seed": settings.seed + 1,
    }
    if settings.tuner == "hyperband":
        return _Hyperband(max_epochs=settings.config.epochs, **common)
    common["max_trials"] = settings.trials
    if settings.tuner == "random":
        return _Random(**common)
    if settings.tuner == "bayesian":
        # A third of the trials at random: at most three per parameter, at least
        # three.
        initial = max(3, min(3 * len(searched.space), settings.trials // 3))
        return _Bayesian(num_initial_points=initial, **common)
    size = grid_size(searched)
    if size > settings.trials:
        logger.warning(
            "the grid has %d combinations, of which the first %d are tried: "
            "raise --trials, or search over less",
            size,
            settings.trials,
        )
    return GridOracle(**common)


def count_trials(
    settings: SearchSettings, space: keras_tuner.HyperParameters
) -> int | None:
    """Number of trials of a search, `None` if it is not known in advance.

    >>> from pipelines.settings.config import Config
    >>> space = keras_tuner.HyperParameters()
    >>> _ = space.Choice("scale", [15.0, 30.0], default=30.0)
    >>> settings = SearchSettings(Config(), ("scale",), tuner="grid")
    >>> count_trials(settings, space)
    2
    """
    if settings.tuner == "hyperband":
        return None
    if settings.tuner == "grid":
        return min(settings.trials, grid_size(space))
    return settings.trials


def read_trials(oracle: DurableTrials) -> list[TrialRecord]:
    """Records of all trials so far, in order.

    >>> import tempfile
    >>> from pipelines.settings.config import Config
    >>> space = keras_tuner.HyperParameters()
    >>> _ = space.Choice("scale", [15.0, 30.0], default=30.0)
    >>> settings = SearchSettings(Config(), ("scale",), tuner="grid")
    >>> oracle = make_oracle(settings, space, pathlib.Path(tempfile.mkdtemp()))
    >>> trial = oracle.create_trial("tuner0")
    >>> read_trials(oracle)
    [TrialRecord(name='0000', values={'scale': 30.0}, status='running', ...
    >>> oracle.close()
    """
    return [_record(oracle, trial) for trial in oracle.read()]


def _record(oracle: DurableTrials, trial: Trial) -> TrialRecord:
    values = trial.hyperparameters.values
    metrics = {
        name: float(trial.metrics.get_last_value(name))
        for name in trial.metrics.metrics
    }
    if "tuner/epochs" in values:
        metrics["epochs"] = values["tuner/epochs"]
    return TrialRecord(
        name=trial.trial_id,
        values={
            parameter.name: values[parameter.name]
            for parameter in oracle.hyperparameters.space
        },
        status=STATUSES[trial.status],
        objective=trial.score,
        seconds=metrics.pop(SECONDS, None),
        metrics=metrics,
        reason=_reason(trial.message or ""),
    )


def _reason(message: str) -> str:
    """Reason of a failure: the first line, or the last of a traceback."""
    lines = message.strip().splitlines() or [""]
    return lines[-1 if lines[0].startswith("Traceback") else 0]
