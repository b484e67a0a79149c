"""gRPC service of a chief: that of keras-tuner, with leases."""

import json
import logging
import threading

import grpc

from tuning.machines.leases import Leases
from tuning.oracles.durable_trials import DurableTrials
from tuning.oracles.keras_tuner_internals import OracleServicer
from tuning.oracles.keras_tuner_internals import Trial
from tuning.oracles.keras_tuner_internals import TrialStatus
from tuning.oracles.keras_tuner_internals import get_service

logger = logging.getLogger(__name__)

# Extra names in the hyperparameters, since keras-tuner's messages have no field
# for a reason and round metrics to single precision.
LEASE = "search/lease_seconds"
REPORT = "search/report"
# Metadata key of the worker's name; `-bin` allows any letters.
WORKER = "worker-bin"


class ChiefService(OracleServicer):
    """Serves the trials of an oracle, and takes them from silent workers.

    Args:
        oracle: Oracle of the search.
        leases: Leases of the workers.

    >>> ChiefService.__name__
    'ChiefService'
    """

    def __init__(self, oracle: DurableTrials, leases: Leases):
        super().__init__(oracle)
        self.leases = leases
        self.changed = threading.Event()
        self._is_over: bool | None = None
        # Workers from before a restart of the chief may still be running.
        for worker in oracle.tuner_ids | set(oracle.ongoing_trials):
            leases.renew(worker)

    def GetSpace(self, request, context):
        """The search space, with the settings for workers as fixed values."""
        space = self.oracle.get_space()
        space.Fixed(LEASE, float(self.leases.seconds))
        return get_service().GetSpaceResponse(hyperparameters=space.to_proto())

    def CreateTrial(self, request, context):
        """The next trial of a worker; IDLE while others may be taken back."""
        worker = request.tuner_id
        with self.oracle.lock:
            is_new = worker not in self.oracle.ongoing_trials
            trial = self.oracle.create_trial(worker)
            if trial.status == TrialStatus.STOPPED:
                self.leases.end(worker)
            else:
                self.leases.renew(worker)
        if trial.status == TrialStatus.RUNNING and is_new:
            logger.info("trial %s goes to %s", trial.trial_id, worker)
            self._change()
        return get_service().CreateTrialResponse(trial=trial.to_proto())

    def GetTrial(self, request, context):
        """A trial; renews the lease of the worker that has it."""
        worker = _worker(context)
        if worker is not None:
            # Without the lock, since choosing values may take longer than a
            # lease.
            held = self.oracle.ongoing_trials.get(worker)
            if held is None or held.trial_id != request.trial_id:
                context.abort(
                    grpc.StatusCode.FAILED_PRECONDITION,
                    f"trial {request.trial_id} is no longer {worker}'s",
                )
            self.leases.renew(worker)
        return super().GetTrial(request, context)

    def EndTrial(self, request, context):
        """Records the result of a worker that still has the trial."""
        worker = _worker(context)
        trial = Trial.from_proto(request.trial)
        report = trial.hyperparameters.values.get(REPORT)
        if report is None:
            self.oracle.end_trial(trial)
        else:
            self.oracle.report(trial.trial_id, worker, **json.loads(report))
        logger.info("trial %s was ended by %s", trial.trial_id, worker)
        self._change()
        return get_service().EndTrialResponse()

    def take_back(self) -> None:
        """Takes trials back from workers whose lease has expired."""
        for worker in self.leases.expired():
            with self.oracle.lock:
                if worker in self.leases.live():
                    continue
                trial = self.oracle.ongoing_trials.get(worker)
                self.oracle.interrupt(worker)
                self.leases.end(worker)
            self._change()
            if trial is not None:
                logger.warning(
                    "%s was silent for %g s: trial %s waits for another",
                    worker,
                    self.leases.seconds,
                    trial.trial_id,
                )

    def is_over(self) -> bool:
        """Whether all trials have ended and every live worker knows it."""
        if self.leases.live():
            return False
        if self._is_over is None:
            self._is_over = self.oracle.is_over()
        return self._is_over

    def _change(self) -> None:
        self._is_over = None
        self.changed.set()


def _worker(context: grpc.ServicerContext) -> str | None:
    """Name of the calling worker; clients of keras-tuner send none."""
    for name, value in context.invocation_metadata():
        if name == WORKER:
            return value.decode()
    return None
