"""Chief of a distributed search."""

import logging
import math
import time
from collections.abc import Callable
from concurrent import futures

import grpc

from tuning.machines.chief_service import ChiefService
from tuning.machines.leases import Leases
from tuning.oracles.durable_trials import DurableTrials
from tuning.oracles.keras_tuner_internals import get_service_grpc
from tuning.oracles.kinds import read_trials
from tuning.trials.trial_record import TrialRecord

logger = logging.getLogger(__name__)

SILENCE_SECONDS = 60.0


def serve_chief(
    oracle: DurableTrials,
    address: str,
    lease_seconds: float = 60.0,
    on_change: Callable[[list[TrialRecord]], None] | None = None,
) -> None:
    """Serves trials until all have ended and every live worker knows it.

    A chief that was killed resumes when it is started again; meanwhile workers
    wait and keep their trials. There is no authentication: every host that
    reaches the address can take part, so use it in trusted networks only.

    Args:
        oracle: Oracle of the search.
        address: Address `host:port` to listen at; without a host, only
            processes of this machine can connect.
        lease_seconds: Silence in seconds after which a worker loses its trial.
        on_change: Function called with all trials after every change.

    Raises:
        OSError: If the address cannot be listened at.
        ValueError: If the address has no port.

    >>> serve_chief(None, "127.0.0.1:http")
    Traceback (most recent call last):
    ValueError: `address` must be host:port. Received: address='127.0.0.1:http'.
    """
    host, _, port = address.rpartition(":")
    if not port.isdecimal() or not 0 < int(port) < 2**16:
        raise ValueError(
            f"`address` must be host:port. Received: address={address!r}."
        )
    service = ChiefService(oracle, Leases(lease_seconds))
    server = _start(service, f"{host or '127.0.0.1'}:{port}")
    service.changed.set()
    last_warning = -math.inf
    try:
        while not service.is_over():
            if service.leases.live():
                last_warning = -math.inf
            elif time.monotonic() - last_warning > SILENCE_SECONDS:
                last_warning = time.monotonic()
                logger.warning(
                    "no worker is connected: start some that connect to %s",
                    address,
                )
            service.changed.wait(min(1.0, lease_seconds / 4))
            service.take_back()
            if service.changed.is_set():
                service.changed.clear()
                if on_change:
                    on_change(read_trials(oracle))
    finally:
        # Lets pending answers arrive.
        server.stop(grace=2.0).wait()
    if on_change:
        on_change(read_trials(oracle))


def _start(service: ChiefService, address: str) -> grpc.Server:
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=32),
        # Two chiefs at one port would each receive some of the calls.
        options=[("grpc.so_reuseport", 0)],
    )
    get_service_grpc().add_OracleServicer_to_server(service, server)
    try:
        port = server.add_insecure_port(address)
    except RuntimeError:
        port = 0
    if not port:
        raise OSError(
            "A chief must have an address of this machine, with a free port. "
            f"Received: {address}. Is another chief running there?"
        )
    server.start()
    return server
