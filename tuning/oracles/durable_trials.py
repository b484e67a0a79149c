"""Life cycle of trials: created, ended, interrupted and resumed."""

import json
import logging
import math
from collections.abc import Mapping
from typing import Any

from tuning.oracles.durable import Durable
from tuning.oracles.durable import copy_trial
from tuning.oracles.keras_tuner_internals import MetricsTracker
from tuning.oracles.keras_tuner_internals import Trial
from tuning.oracles.keras_tuner_internals import TrialStatus
from tuning.oracles.state_file import state_text

logger = logging.getLogger(__name__)

# A trial that ended its process this many times is not run again.
MAX_INTERRUPTIONS = 10


class DurableTrials(Durable):
    """Mixin for the handling of trials, before a keras-tuner oracle.

    Interrupted trials are run again first, in order and with the same values.
    Failed ones never stop the search. The first trial has the defaults of the
    search space.

    Args:
        **kwargs: Arguments of `Durable`.

    >>> import pathlib
    >>> import tempfile
    >>> import keras_tuner
    >>> class Random(DurableTrials, keras_tuner.oracles.RandomSearchOracle):
    ...     '''Random values.'''
    >>> space = keras_tuner.HyperParameters()
    >>> _ = space.Float("margin", 0.0, 1.2, default=0.7)
    >>> oracle = Random(
    ...     path=pathlib.Path(tempfile.mkdtemp()) / "search.json",
    ...     bound={"search/settings": '{"trials": 4, "config": {}}'},
    ...     hyperparameters=space,
    ...     objective=keras_tuner.Objective("val_proxy_auc", "max"),
    ... )
    >>> oracle.create_trial("tuner0").hyperparameters.values
    {'margin': 0.7}
    >>> oracle.report("0000", "tuner0", {"val_proxy_auc": 0.81})
    >>> oracle.read()[0].score
    0.81
    >>> oracle.close()
    """

    def create_trial(self, tuner_id: str) -> Trial:
        """The current trial of a worker, or else its next one."""
        with self._transaction():
            trial = self.ongoing_trials.get(tuner_id) or self._take(tuner_id)
            return copy_trial(trial)

    def _take(self, tuner_id: str) -> Trial:
        self.tuner_ids.add(tuner_id)
        if self._retry_queue:
            trial = self.trials[self._retry_queue.pop(0)]
            trial.status = TrialStatus.RUNNING
        else:
            trial = self._propose()
        if trial.status == TrialStatus.RUNNING:
            self.ongoing_trials[tuner_id] = trial
            if trial.trial_id not in self.trials:
                self._record_values(trial)
                self.trials[trial.trial_id] = trial
                self.start_order.append(trial.trial_id)
        elif trial.status == TrialStatus.STOPPED:
            if self.ongoing_trials:
                # One of the running trials may be interrupted.
                trial.status = TrialStatus.IDLE
            else:
                self.tuner_ids.discard(tuner_id)
        return trial

    def _propose(self) -> Trial:
        name = f"{len(self.trials):04d}"
        answer: Mapping[str, Any] = {"status": TrialStatus.STOPPED}
        if not self.max_trials or len(self.trials) < self.max_trials:
            answer = self.populate_space(name)
        hp = self.hyperparameters.copy()
        hp.values = json.loads(state_text(answer.get("values") or {}))
        return Trial(hp, name, answer["status"])

    def _random_values(self) -> dict[str, Any] | None:
        if self.trials:
            return super()._random_values()
        return {
            parameter.name: parameter.default
            for parameter in self.hyperparameters.space
        }

    def is_over(self) -> bool:
        """Whether all trials have ended and no further one is proposed."""
        with self.lock:
            self._refresh()
            if self.ongoing_trials or self._retry_queue:
                return False
            # Discards what is proposed here.
            self._is_stale = True
            return self._propose().status == TrialStatus.STOPPED

    def report(
        self,
        trial_id: str,
        tuner_id: str | None,
        metrics: Mapping[str, float],
        message: str = "",
    ) -> None:
        """Records the end of a trial.

        Args:
            trial_id: Name of the trial.
            tuner_id: Worker that ran the trial; `None` for the worker that has
                it. Nothing is recorded if the trial was taken from that worker.
            metrics: Metrics by name.
            message: Reason of a failure in the first line, details below; empty
                if the trial completed.
        """
        with self._transaction():
            holders = {
                trial.trial_id: name
                for name, trial in self.ongoing_trials.items()
            }
            holder = holders.get(trial_id)
            if holder is None or tuner_id not in (None, holder):
                logger.warning(
                    "trial %s is no longer %s's: its result is ignored",
                    trial_id,
                    tuner_id,
                )
                return
            trial = self.ongoing_trials.pop(holder)
            if metrics:
                self._measured(trial, metrics)
            name = self.objective.name
            value = math.nan
            if trial.metrics.exists(name):
                value = float(trial.metrics.get_last_value(name))
            if not message and not math.isfinite(value):
                message = (
                    f"The objective must be finite. Received: {name}={value}."
                )
            if message:
                self._fail(trial, message)
            else:
                trial.status = TrialStatus.COMPLETED
                trial.score = value
                self.end_order.append(trial_id)

    def end_trial(self, trial: Trial) -> None:
        """Records the end of a trial, for keras-tuner's own tuners."""
        is_completed = trial.status == TrialStatus.COMPLETED
        message = "" if is_completed else trial.message or "No reason given."
        self.report(trial.trial_id, None, {}, message)

    def update_trial(
        self, trial_id: str, metrics: Mapping[str, float], step: int = 0
    ) -> Trial:
        """Records metrics of a running trial; the last ones count."""
        with self._transaction():
            trial = self.trials[trial_id]
            self._measured(trial, metrics, step)
            return copy_trial(trial)

    def interrupt(self, tuner_id: str) -> None:
        """Marks the trial of a lost worker as interrupted."""
        with self._transaction():
            self.tuner_ids.discard(tuner_id)
            trial = self.ongoing_trials.pop(tuner_id, None)
            if trial is None:
                return
            name = trial.trial_id
            trial.metrics = MetricsTracker()
            times = self.interruptions.get(name, 0) + 1
            self.interruptions[name] = times
            if times < MAX_INTERRUPTIONS:
                trial.status = TrialStatus.IDLE
                self._retry_queue.append(name)
                self._retry_queue.sort(key=self.start_order.index)
            else:
                self._fail(
                    trial,
                    f"Interrupted {times} times: whoever ran it was killed, or "
                    "fell silent.",
                )

    def _fail(self, trial: Trial, message: str) -> None:
        trial.status = TrialStatus.FAILED
        trial.message = message
        self.end_order.append(trial.trial_id)

    def _measured(
        self, trial: Trial, metrics: Mapping[str, float], step: int = 0
    ) -> None:
        trial.metrics = MetricsTracker()
        for name, value in metrics.items():
            # Given explicitly, since keras-tuner would look for a Keras metric.
            is_objective = name == self.objective.name
            trial.metrics.register(name, "max" if is_objective else "min")
            trial.metrics.metrics[name].update(float(value), step)
