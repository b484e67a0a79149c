"""Everything that windows and events of a watch go to, opened by settings."""

import contextlib
import os
import pathlib
import time
from collections.abc import Mapping
from collections.abc import Sequence

from pipelines.watching.events import Event
from pipelines.watching.history import History
from pipelines.watching.listener import Listener
from pipelines.watching.outlets.events_file import EventsFile
from pipelines.watching.outlets.kept_sound import KeptSound
from pipelines.watching.outlets.kept_sound import check_choice
from pipelines.watching.outlets.machine_states import read_states
from pipelines.watching.outlets.metrics import Metrics
from pipelines.watching.outlets.mqtt_address import read_address
from pipelines.watching.outlets.mqtt_receiver import MqttReceiver
from pipelines.watching.outlets.outlet_settings import OutletSettings
from pipelines.watching.outlets.receivers import Delivery
from pipelines.watching.outlets.receivers import Receiver
from pipelines.watching.outlets.sound_store import SoundStore
from pipelines.watching.outlets.webhook_receiver import WebhookReceiver

SOUNDS = "sounds"
CLOSE_SECONDS = 10.0
PRUNE_SECONDS = 3600.0


class Outlets(contextlib.ExitStack):
    """Opened outlets of a watch, closed on the way out.

    Closing sends what is left for up to ten seconds; what a receiver does not
    take then, it has when a watch with this history starts again.

    Args:
        settings: Where windows and events go.
        history: Path of the history; kept sounds lie beside it, in `sounds`.
        sources: Machine of each source by name, empty where its recordings
            say it.
        sampling_rate: Sampling rate of the windows in Hz.

    Attributes:
        listeners: What the watch tells of windows and events.
        deliveries: Threads that feed receivers from the history.
        metrics_url: Address of the metrics, empty without.

    Raises:
        ValueError: If a setting cannot be, or a package is not installed.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "history.sqlite")
    >>> with Outlets(OutletSettings(), path, {"line": "fan"}, 16000) as outlets:
    ...     len(outlets.listeners), outlets.deliveries
    (2, [])
    """

    def __init__(
        self,
        settings: OutletSettings,
        history: str | os.PathLike[str],
        sources: Mapping[str, str],
        sampling_rate: int,
    ):
        super().__init__()
        self._path = pathlib.Path(history)
        self.listeners: list[Listener] = []
        self.deliveries: list[Delivery] = []
        self.metrics_url = ""
        self._end: float | None = None
        machines = [machine for machine in sources.values() if machine]
        check_choice(settings.keep_sound)
        with contextlib.ExitStack() as opening:
            opening.callback(self.close)
            metrics = self._open_metrics(settings, sources, machines)
            self._keep_sound(settings, sampling_rate, metrics)
            self._deliver(settings, machines)
            if metrics is not None:
                metrics.behind(self.deliveries)
                self.metrics_url = metrics.serve(str(settings.metrics))
            opening.pop_all()

    def _open_metrics(
        self,
        settings: OutletSettings,
        sources: Mapping[str, str],
        machines: Sequence[str],
    ) -> Metrics | None:
        if settings.metrics is None:
            return None
        with History(self._path) as history:
            metrics = Metrics(sources, read_states(history, machines))
        self.callback(metrics.close)
        self.listeners.append(metrics)
        return metrics

    def _keep_sound(
        self, settings: OutletSettings, rate: int, metrics: Metrics | None
    ) -> None:
        folder = self._path.with_name(SOUNDS)
        store = SoundStore(folder, settings.keep_days, settings.keep_gigabytes)
        self.listeners.append(_Pruning(store))
        if settings.keep_sound == "none":
            return
        kept = KeptSound(
            store,
            rate,
            settings.keep_sound == "all",
            settings.seconds_before,
            settings.seconds_after,
        )
        self.callback(kept.close, CLOSE_SECONDS)
        self.listeners.append(kept)
        if metrics is not None:
            metrics.lost(kept)

    def _deliver(
        self, settings: OutletSettings, machines: Sequence[str]
    ) -> None:
        if settings.events_file is not None:
            self._start(EventsFile(settings.events_file))
        if settings.webhook is not None:
            self._start(
                WebhookReceiver(
                    settings.webhook,
                    settings.webhook_token_file,
                    settings.webhook_ca_file,
                )
            )
        if settings.mqtt is not None:
            address = read_address(
                settings.mqtt,
                settings.mqtt_password_file,
                settings.mqtt_ca_file,
            )
            name = MqttReceiver.name_of(address)
            with History(self._path) as history:
                # A new receiver has the events from now on.
                states = read_states(history, machines, history.delivered(name))
            self._start(MqttReceiver(address, states, settings.mqtt_version))
        if self.deliveries:
            self.listeners.append(_Waking(self.deliveries))

    def _start(self, receiver: Receiver) -> None:
        delivery = Delivery(receiver, self._path)
        self.deliveries.append(delivery)
        self.callback(self._close_delivery, delivery)

    def _close_delivery(self, delivery: Delivery) -> None:
        if self._end is None:
            self._end = time.monotonic() + CLOSE_SECONDS
        delivery.close(max(0.5, self._end - time.monotonic()))


class _Waking(Listener):
    """Wakes the threads that feed receivers."""

    def __init__(self, deliveries: Sequence[Delivery]):
        self._deliveries = deliveries

    def report(self, event: Event) -> None:
        for delivery in self._deliveries:
            delivery.wake()


class _Pruning(Listener):
    """Deletes old sounds, also where no new ones are written."""

    def __init__(self, store: SoundStore):
        self._store = store
        self._last = -PRUNE_SECONDS

    def hear(self, window, time: float) -> None:
        if abs(time - self._last) >= PRUNE_SECONDS:
            self._last = time
            with contextlib.suppress(OSError):
                self._store.prune()
