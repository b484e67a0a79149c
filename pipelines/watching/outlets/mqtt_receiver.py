"""Events to an MQTT broker, and a retained state for each machine."""

import contextlib
import hashlib
import random
import socket
import sys
import threading
from typing import Any

from pipelines.watching.events import Event
from pipelines.watching.outlets.machine_states import MachineStates
from pipelines.watching.outlets.mqtt_address import MqttAddress
from pipelines.watching.outlets.mqtt_address import topic_level

QOS = 1
VERSIONS = ("3.1.1", "5")
MAX_PAUSE_SECONDS = 60
# The level of a machine, where an event concerns none.
NO_MACHINE = "watch"


class MqttReceiver:
    """Publishes events, and the state of each machine for whoever joins late.

    `PREFIX/MACHINE/KIND` has the events as JSON, by QoS 1: the broker has
    confirmed one when `send` returns. `PREFIX/MACHINE/state` is `alarm`,
    `normal` or `cannot judge`, and `PREFIX/status` `online` or, by the
    broker's own hand where the watch dies, `offline`; both are retained. In a
    machine's level, `/`, `+`, `#` and `%` are spelt as `%2F` and so on.

    It connects in a thread of its own, again and again.

    Args:
        address: Broker, prefix and login.
        states: States of the machines after the last event that was
            delivered. The receiver keeps them up to date.
        version: Version of MQTT, `"3.1.1"` or `"5"`.
        timeout_seconds: How long `send` waits for a connection, and for the
            confirmation.

    Raises:
        ValueError: If paho-mqtt is not installed, or for another `version`.

    >>> address = MqttAddress("localhost", 1883, "plant")
    >>> MqttReceiver(address, version="4")
    Traceback (most recent call last):
    ValueError: `mqtt_version` must be one of 3.1.1, 5. Received: ...
    """

    def __init__(
        self,
        address: MqttAddress,
        states: MachineStates | None = None,
        version: str = "3.1.1",
        timeout_seconds: float = 5.0,
    ):
        if version not in VERSIONS:
            raise ValueError(
                f"`mqtt_version` must be one of {', '.join(VERSIONS)}. "
                f"Received: mqtt_version={version!r}."
            )
        self.address = address
        self.name = self.name_of(address)
        self.timeout_seconds = timeout_seconds
        self._states = states or MachineStates()
        self._lock = threading.Condition()
        self._is_connected = False
        self._problem = "not connected yet"
        # What was published and is not confirmed, and of which event.
        self._event_index: int | None = None
        self._sent: set[int] = set()
        self._confirmed: dict[int, str] = {}
        self._client = self._new_client(version)
        self._client.connect_async(address.host, address.port)
        self._client.loop_start()

    @staticmethod
    def name_of(address: MqttAddress) -> str:
        """Name in the history, in logs and metrics."""
        return f"mqtt {address.host}:{address.port}/{address.prefix}"

    def received(self) -> int | None:
        """`None`: the broker does not say."""
        return None

    def send(self, event: Event) -> None:
        """Publishes an event and its machine's state.

        Raises:
            OSError: If the broker does not confirm it in time. The client
                goes on trying, so that the same event is not published twice.
        """
        with self._lock:
            if not self._lock.wait_for(
                lambda: self._is_connected, self.timeout_seconds
            ):
                raise OSError(f"no connection: {self._problem}")
            is_known = self._event_index == event.index
            if not is_known:
                self._confirmed.clear()
        # The client's thread may want the lock while this one publishes.
        if not is_known:
            self._sent = self._publish_event(event)
            self._event_index = event.index
        with self._lock:
            is_done = self._lock.wait_for(
                lambda: self._sent <= set(self._confirmed), self.timeout_seconds
            )
            if not is_done:
                raise OSError("the broker does not confirm")
            refusals = {self._confirmed[number] for number in self._sent} - {""}
            self._event_index = None
        if refusals:
            raise OSError(f"refused by the broker: {', '.join(refusals)}")

    def close(self) -> None:
        """Says that the watch is offline, and leaves."""
        if self._is_connected:
            info = self._publish_retained("status", "offline")
            with contextlib.suppress(RuntimeError, ValueError):
                info.wait_for_publish(self.timeout_seconds)
        self._client.disconnect()
        self._client.loop_stop()

    def _new_client(self, version: str) -> Any:
        try:
            import paho.mqtt.client as mqtt
        except ImportError:
            raise ValueError(
                "Events by MQTT need paho-mqtt. Received: "
                f"mqtt={self.address.host}. Install it with "
                '`pip install "keras-asd[watch]"`.'
            ) from None
        # A broker ends the older of two connections of a name, so that its
        # "offline" does not come after this one's "online".
        owner = f"{self.address.prefix} {socket.gethostname()}".encode()
        client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2,
            client_id=f"keras-asd-{hashlib.sha256(owner).hexdigest()[:12]}",
            protocol=mqtt.MQTTv5 if version == "5" else mqtt.MQTTv311,
        )
        if self.address.is_encrypted:
            client.tls_set(ca_certs=self.address.ca_file)
        if self.address.user is not None:
            client.username_pw_set(self.address.user, self.address.password)
        client.will_set(self._topic("status"), "offline", QOS, retain=True)
        # It doubles the pause and knows no jitter: each client has its own.
        client.reconnect_delay_set(
            random.randint(1, 3),
            random.randint(MAX_PAUSE_SECONDS // 2, MAX_PAUSE_SECONDS),
        )
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        return client

    def _publish_event(self, event: Event) -> set[int]:
        level = topic_level(event.machine or NO_MACHINE)
        topic = self._topic(f"{level}/{event.kind}")
        sent = {self._client.publish(topic, event.to_json(), QOS).mid}
        state = self._states.update(event)
        if state is not None:
            sent.add(self._publish_retained(f"{level}/state", state).mid)
        return sent

    def _publish_retained(self, topic: str, text: str) -> Any:
        return self._client.publish(self._topic(topic), text, QOS, retain=True)

    def _topic(self, rest: str) -> str:
        return f"{self.address.prefix}/{rest}"

    def _on_connect(self, client, userdata, flags, reason, properties) -> None:
        if reason.is_failure:
            self._set_connection(f"{reason}")
            return
        self._publish_retained("status", "online")
        for machine, state in self._states.all().items():
            self._publish_retained(f"{topic_level(machine)}/state", state)
        self._set_connection("")

    def _on_connect_fail(self, client, userdata) -> None:
        error = sys.exc_info()[1]
        self._set_connection(str(error or "no answer"))

    def _on_disconnect(self, client, data, flags, reason, properties) -> None:
        # A refused connection has its reason already.
        if self._is_connected:
            self._set_connection(f"{reason}")

    def _on_publish(self, client, data, number, reason, properties) -> None:
        with self._lock:
            refusal = f"{reason}" if reason.is_failure else ""
            self._confirmed[number] = refusal
            self._lock.notify_all()

    def _set_connection(self, problem: str) -> None:
        with self._lock:
            self._is_connected = not problem
            self._problem = problem
            self._lock.notify_all()
