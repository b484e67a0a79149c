"""Numbers of a watch for Prometheus."""

import time
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from pipelines.watching.events import KINDS
from pipelines.watching.events import Event
from pipelines.watching.judged_window import JudgedWindow
from pipelines.watching.listener import Listener
from pipelines.watching.outlets.machine_states import STATES
from pipelines.watching.outlets.machine_states import MachineStates

PREFIX = "keras_asd_watch_"
MACHINE, SOURCE, RECEIVER = ("machine",), ("source",), ("receiver",)
# Name, kind, labels and help of every metric.
METRICS = (
    ("windows_judged", "Counter", MACHINE, "Windows with a score."),
    ("windows_not_judged", "Counter", MACHINE, "Windows without a score."),
    ("windows_dropped", "Counter", SOURCE, "Windows that were left out."),
    ("p_value", "Gauge", MACHINE, "P-value of the last window."),
    ("anomaly_score", "Gauge", MACHINE, "Anomaly score of the last window."),
    ("strangeness", "Gauge", MACHINE, "What alarms are raised by."),
    ("last_window_time_seconds", "Gauge", MACHINE, "When it was last judged."),
    ("state", "Gauge", ("machine", "state"), "1 for the present state."),
    ("drift", "Gauge", MACHINE, "1 while it has drifted."),
    ("alarms", "Counter", MACHINE, "Alarms, muted ones too."),
    ("events", "Counter", ("kind",), "Events."),
    ("source_up", "Gauge", SOURCE, "1 while a source gives sound."),
    ("lag_seconds", "Gauge", SOURCE, "From the end of a window to its score."),
    ("receiver_behind", "Gauge", RECEIVER, "Events not confirmed yet."),
    ("sounds_lost", "Gauge", (), "Sounds that could not be kept."),
)


class Metrics(Listener):
    """Counts what a watch does, in a registry of its own.

    Args:
        sources: Machine of each source by name, empty where its recordings
            say it; their metrics are there from the start.
        states: States of the machines, such as `read_states` returns.

    Raises:
        ValueError: If prometheus-client is not installed.

    >>> metrics = Metrics({"line 3": "fan"})
    >>> metrics.report(Event("alarm", 0.0, "line 3", "fan"))
    >>> metrics.registry.get_sample_value(
    ...     "keras_asd_watch_alarms_total", {"machine": "fan"})
    1.0
    """

    def __init__(
        self,
        sources: Mapping[str, str] | None = None,
        states: MachineStates | None = None,
    ):
        try:
            import prometheus_client
        except ImportError:
            raise ValueError(
                "Metrics of a watch need prometheus-client. Received: "
                "--metrics. Install it with "
                '`pip install "keras-asd[watch]"`.'
            ) from None
        self.registry = prometheus_client.CollectorRegistry()
        self._metrics: dict[str, Any] = {
            name: getattr(prometheus_client, kind)(
                PREFIX + name, text, labels, registry=self.registry
            )
            for name, kind, labels, text in METRICS
        }
        # A first event counts as one more than none.
        for kind in KINDS:
            self._of("events", kind)
        self._server: Any = None
        self._states = states or MachineStates()
        sources = sources or {}
        for source, machine in sources.items():
            self._of("source_up", source).set(1)
            self._of("windows_dropped", source)
            if machine:
                self._begin(machine)
        for machine in self._states.all():
            self._begin(machine)

    def serve(self, address: str) -> str:
        """Serves the metrics over HTTP until `close`, to whoever asks.

        Args:
            address: `PORT`, of this machine alone, or `HOST:PORT`.

        Returns:
            The address, `http://HOST:PORT/metrics`.

        Raises:
            ValueError: If `address` is none, or the port is taken.
        """
        import prometheus_client

        host, _, port = address.rpartition(":")
        host = host.strip("[]") or "127.0.0.1"
        try:
            server, thread = prometheus_client.start_http_server(
                int(port), host, self.registry
            )
        except (OSError, ValueError, OverflowError) as error:
            raise ValueError(
                "`metrics` must be PORT or HOST:PORT, a free port of this "
                f"machine. Received: metrics={address}: {error}."
            ) from None
        self._server = (server, thread)
        shown = f"[{host}]" if ":" in host else host
        return f"http://{shown}:{server.server_port}/metrics"

    def close(self) -> None:
        """Ends the server."""
        if self._server is not None:
            server, thread = self._server
            server.shutdown()
            server.server_close()
            thread.join()
            self._server = None

    def hear(self, window: JudgedWindow, time: float) -> None:
        """Counts a window."""
        machine = window.machine
        is_judged = window.anomaly_score is not None
        kind = "windows_judged" if is_judged else "windows_not_judged"
        self._of(kind, machine).inc()
        for name in ("p_value", "anomaly_score", "strangeness"):
            value = getattr(window, name)
            if value is not None:
                self._of(name, machine).set(value)
        if is_judged:
            self._of("last_window_time_seconds", machine).set(time)
        lag = time - window.time - window.seconds
        self._of("lag_seconds", window.source).set(lag)

    def report(self, event: Event) -> None:
        """Counts an event."""
        self._of("events", event.kind).inc()
        if event.kind == "alarm":
            self._of("alarms", event.machine).inc()
        if event.kind in ("source_lost", "source_back"):
            is_up = event.kind == "source_back"
            self._of("source_up", event.source).set(is_up)
        if self._states.update(event) is not None:
            self._show_state(event.machine)
        if event.kind == "sound_dropped":
            number = event.details.get("windows", 0)
            self._of("windows_dropped", event.source).inc(number)

    def behind(self, receivers: Iterable[Any]) -> None:
        """Shows how far each receiver is behind, whenever Prometheus asks.

        Args:
            receivers: `pipelines.watching.outlets.receivers.Delivery` objects.
        """
        for delivery in receivers:
            self._of("receiver_behind", delivery.receiver.name).set_function(
                lambda delivery=delivery: delivery.behind
            )

    def lost(self, kept: Any) -> None:
        """Shows how many sounds a `KeptSound` could not keep."""
        self._metrics["sounds_lost"].set_function(lambda: kept.num_lost)

    def _begin(self, machine: str) -> None:
        for name in ("windows_judged", "windows_not_judged", "alarms"):
            self._of(name, machine)
        self._of("last_window_time_seconds", machine).set(time.time())
        self._show_state(machine)

    def _show_state(self, machine: str) -> None:
        present = self._states.all().get(machine, STATES[0])
        for state in STATES:
            self._of("state", machine, state).set(state == present)
        self._of("drift", machine).set(self._states.is_drift(machine))

    def _of(self, name: str, *labels: str) -> Any:
        # Names may hold bytes that are no text.
        texts = [text.encode("utf-8", "replace").decode() for text in labels]
        return self._metrics[name].labels(*texts)
