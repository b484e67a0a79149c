"""gRPC client of a worker, for the chief of a search."""

import json
import logging
import secrets
import time
from collections.abc import Mapping
from typing import Any

import grpc
import keras_tuner

from tuning.machines.chief_service import LEASE
from tuning.machines.chief_service import REPORT
from tuning.machines.chief_service import WORKER
from tuning.machines.leases import Heartbeat
from tuning.oracles.keras_tuner_internals import Trial
from tuning.oracles.keras_tuner_internals import TrialStatus
from tuning.oracles.keras_tuner_internals import get_service
from tuning.oracles.keras_tuner_internals import get_service_grpc

logger = logging.getLogger(__name__)

DEADLINE_SECONDS = 60.0
PAUSE_SECONDS = 0.5
# A new connection for every call, so that none broken by a restart of the chief
# or a sleeping machine is used again.
CHANNEL_OPTIONS = (
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.enable_http_proxy", 0),
)


class ChiefClient:
    """Client of the chief, with heartbeats while it has a trial.

    If the chief does not answer, for example during a restart, the client
    retries for `timeout_seconds`.

    Args:
        address: Address `host:port` of the chief.
        worker_name: Displayed name; every client is a separate worker.
        timeout_seconds: Time to retry, in seconds.

    Raises:
        ConnectionError: If no chief answers.

    >>> ChiefClient("127.0.0.1:1", "a", timeout_seconds=0)
    Traceback (most recent call last):
    ConnectionError: A chief must answer. Received: 127.0.0.1:1, ...
    """

    def __init__(self, address: str, worker_name: str, timeout_seconds: float):
        self.address = address
        self.worker = f"{worker_name}:{secrets.token_hex(4)}"
        self.timeout_seconds = timeout_seconds
        self._heartbeat: Heartbeat | None = None
        lease_seconds = self.get_space().values.get(LEASE)
        if lease_seconds is None:
            raise ConnectionError(
                "A chief must be started by `keras-asd tune`. Received: "
                f"{address}, which answers as another one."
            )
        self._pause = min(1.0, lease_seconds / 4)
        self._beat_seconds = lease_seconds / 4

    def get_space(self) -> keras_tuner.HyperParameters:
        """The search space, with the settings of the search as fixed values."""
        request = get_service().GetSpaceRequest()
        space = self._call("GetSpace", request).hyperparameters
        return keras_tuner.HyperParameters.from_proto(space)

    def create_trial(self, tuner_id: str) -> Trial:
        """Waits for a trial, or for the end of the search.

        Args:
            tuner_id: Ignored, since the client has its own id.
        """
        request = get_service().CreateTrialRequest(tuner_id=self.worker)
        while True:
            trial = Trial.from_proto(self._call("CreateTrial", request).trial)
            if trial.status != TrialStatus.IDLE:
                break
            time.sleep(self._pause)
        if trial.status == TrialStatus.RUNNING:
            self.rest()
            self._heartbeat = Heartbeat(
                lambda: self._beat(trial.trial_id), self._beat_seconds
            )
        return trial

    def is_lost(self) -> bool:
        """Whether the chief has taken the trial back."""
        return self._heartbeat is not None and self._heartbeat.lost.is_set()

    def report(
        self,
        trial_id: str,
        tuner_id: str,
        metrics: Mapping[str, float],
        message: str = "",
    ) -> None:
        """Reports the end of the trial; see `DurableTrials.report`."""
        hp = keras_tuner.HyperParameters()
        hp.values[REPORT] = json.dumps({"metrics": metrics, "message": message})
        status = TrialStatus.FAILED if message else TrialStatus.COMPLETED
        request = get_service().EndTrialRequest(
            trial=Trial(hp, trial_id, status).to_proto()
        )
        self._call("EndTrial", request)
        self.rest()

    def rest(self) -> None:
        """Ends the heartbeats."""
        if self._heartbeat is not None:
            self._heartbeat.stop()
            self._heartbeat = None

    def _beat(self, trial_id: str) -> bool:
        request = get_service().GetTrialRequest(trial_id=trial_id)
        try:
            self._call_once("GetTrial", request, max(1.0, self._beat_seconds))
        except grpc.RpcError as error:
            return error.code() != grpc.StatusCode.FAILED_PRECONDITION
        return True

    def _call(self, name: str, request: Any) -> Any:
        end = time.monotonic() + self.timeout_seconds
        has_warned = False
        while True:
            left = end - time.monotonic()
            try:
                deadline = min(DEADLINE_SECONDS, max(1.0, left))
                return self._call_once(name, request, deadline)
            except grpc.RpcError as error:
                if left <= 0:
                    raise ConnectionError(
                        f"A chief must answer. Received: {self.address}, tried "
                        f"for {self.timeout_seconds:g} s: {error.details()} "
                        "Has it ended, or does it listen elsewhere?"
                    ) from error
                if not has_warned:
                    logger.warning(
                        "waiting for the chief at %s: %s",
                        self.address,
                        error.details(),
                    )
                    has_warned = True
            time.sleep(min(PAUSE_SECONDS, max(0.0, left)))

    def _call_once(self, name: str, request: Any, deadline: float) -> Any:
        with grpc.insecure_channel(self.address, CHANNEL_OPTIONS) as channel:
            stub = get_service_grpc().OracleStub(channel)
            return getattr(stub, name)(
                request,
                timeout=deadline,
                metadata=((WORKER, self.worker.encode()),),
            )


def connect(
    address: str, worker_name: str, timeout_seconds: float = 600.0
) -> ChiefClient:
    """Connects to a chief, waiting until it answers.

    Args:
        address: Address `host:port` of the chief.
        worker_name: Displayed name of the worker.
        timeout_seconds: Time to retry in seconds, now and whenever the chief
            does not answer.

    Raises:
        ConnectionError: If no chief answers.

    >>> connect("127.0.0.1:1", "a", timeout_seconds=0)
    Traceback (most recent call last):
    ConnectionError: A chief must answer. Received: 127.0.0.1:1, ...
    """
    return ChiefClient(address, worker_name, timeout_seconds)
