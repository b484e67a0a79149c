"""Tuner: the loop of a search over its trials."""

import contextlib
import logging
import os
import pathlib
import time
import traceback
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

import keras
import keras_tuner

from pipelines.atomic import FolderLock
from pipelines.files.disk import is_full_disk
from pipelines.runs.run_folder import RunFolder
from tuning.machines.leases import LeaseLost
from tuning.machines.worker import ChiefClient
from tuning.oracles.durable_trials import DurableTrials
from tuning.oracles.keras_tuner_internals import Trial
from tuning.oracles.keras_tuner_internals import TrialStatus
from tuning.oracles.kinds import SECONDS
from tuning.oracles.kinds import read_trials
from tuning.trials.callbacks import EpochBar
from tuning.trials.trial_record import TrialRecord

logger = logging.getLogger(__name__)

REASON_LETTERS = 500
TRACE_LETTERS = 8000


class SearchTuner:
    """Runs trials until there are no more.

    A trial that fails is recorded with its reason, and the search goes on.
    After Ctrl-C or a kill the trial can be resumed.

    Args:
        trials: Oracle, or client of a chief.
        hypermodel: Hypermodel that builds and fits, see `SearchHyperModel`.
        folder: Folder of the search, with the trials in `trials/<name>`.
        worker_name: Name of the worker.
        on_change: Function called with all trials whenever one begins or ends;
            not for a client of a chief, which does not know them.

    >>> import tempfile
    >>> from pipelines.settings.config import Config
    >>> from tuning.oracles.kinds import make_oracle
    >>> from tuning.settings.search_settings import SearchSettings
    >>> class Best:
    ...     def build(self, hp):
    ...         return None
    ...     def fit(self, hp, model, **options):
    ...         return {"val_proxy_auc": 1 - abs(hp.values["scale"] - 15) / 99}
    >>> space = keras_tuner.HyperParameters()
    >>> _ = space.Choice("scale", [15.0, 30.0], default=30.0)
    >>> settings = SearchSettings(Config(), ("scale",), tuner="grid")
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> oracle = make_oracle(settings, space, folder)
    >>> SearchTuner(oracle, Best(), folder).search()
    >>> [trial.objective for trial in read_trials(oracle)]
    [0.8484848484848485, 1.0]
    >>> oracle.close()
    """

    def __init__(
        self,
        trials: DurableTrials | ChiefClient,
        hypermodel: Any,
        folder: pathlib.Path,
        worker_name: str = "tuner0",
        on_change: Callable[[list[TrialRecord]], None] | None = None,
    ):
        self.trials = trials
        self.hypermodel = hypermodel
        self.folder = folder
        self.worker_name = worker_name
        self.on_change = on_change

    def search(self) -> None:
        """Runs trials until there are no more.

        Raises:
            FatalError: An error of keras-tuner, raised by the hypermodel if all
                other trials would fail, too; the search can be resumed.
            ConnectionError: If the chief does not answer for too long.
            OSError: If the disk is full; the search can be resumed.
        """
        if isinstance(self.trials, DurableTrials):
            # This process holds the lock, so the workers that had them have
            # ended.
            for name in list(self.trials.ongoing_trials):
                self.trials.interrupt(name)
        self._notify()
        try:
            while True:
                trial = self.trials.create_trial(self.worker_name)
                if trial.status != TrialStatus.RUNNING:
                    return
                self._notify()
                self._run(trial)
                self._notify()
        finally:
            if isinstance(self.trials, ChiefClient):
                self.trials.rest()

    def _is_lost(self) -> bool:
        return isinstance(self.trials, ChiefClient) and self.trials.is_lost()

    def _notify(self) -> None:
        if self.on_change and isinstance(self.trials, DurableTrials):
            self.on_change(read_trials(self.trials))

    def _run(self, trial: Trial) -> None:
        metrics: dict[str, float] = {}
        message = ""
        begin = time.monotonic()
        try:
            metrics = self._measure(trial)
        except keras_tuner.errors.FatalError:
            raise
        except Exception as error:
            if is_full_disk(error):
                # Not specific to this trial; the next ones would fail, too.
                raise
            message = _explain(error)
        keras.utils.clear_session()
        if self._is_lost():
            logger.warning(
                "trial %s was given to another worker: it is left",
                trial.trial_id,
            )
            return
        if message:
            reason = message.partition("\n")[0]
            logger.warning("trial %s failed: %s", trial.trial_id, reason)
        metrics[SECONDS] = time.monotonic() - begin
        self.trials.report(trial.trial_id, self.worker_name, metrics, message)

    def _measure(self, trial: Trial) -> dict[str, float]:
        hp = trial.hyperparameters
        options: dict[str, Any] = {}
        if "tuner/epochs" in hp.values:
            options["last_epoch"] = hp.values["tuner/epochs"]
        if "tuner/trial_id" in hp.values:
            parent = self.folder / "trials" / hp.values["tuner/trial_id"]
            options["parent"] = RunFolder(parent)
        with self._lock_folder(trial.trial_id) as run:
            metrics = self.hypermodel.fit(
                hp,
                self.hypermodel.build(hp),
                run=run,
                callbacks=[
                    _StopsWhenLost(self._is_lost),
                    EpochBar(trial.trial_id),
                ],
                **options,
            )
        return {name: float(value) for name, value in metrics.items()}

    @contextlib.contextmanager
    def _lock_folder(self, name: str) -> Iterator[RunFolder]:
        """Folder of the trial, or a new one if another worker still uses it.

        That worker has lost the trial, but does not know it yet.
        """
        folder = self.folder / "trials"
        try:
            lock = FolderLock(folder / f".{name}.lock")
        except ValueError:
            name = f"{name}-{self.worker_name}-{os.getpid()}"
            lock = FolderLock(folder / f".{name}.lock")
        with lock:
            yield RunFolder(folder / name)


class _StopsWhenLost(keras.callbacks.Callback):
    """Ends the training of a trial that was taken back."""

    def __init__(self, is_lost: Callable[[], bool]):
        super().__init__()
        self._is_lost = is_lost

    def on_train_batch_end(self, batch, logs=None):
        if self._is_lost():
            raise LeaseLost("The trial was given to another worker.")


def _explain(error: Exception) -> str:
    """Reason of a failure in one line, and the traceback below it."""
    reason = " ".join(str(error).split())
    if not isinstance(error, keras_tuner.errors.FailedTrialError):
        reason = f"{type(error).__name__}: {reason}"
    trace = "".join(traceback.format_exception(error))
    return f"{reason[:REASON_LETTERS]}\n{trace[-TRACE_LETTERS:]}"
