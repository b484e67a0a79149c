"""Events by MQTT, at a real mosquitto that goes away and comes back."""

import contextlib
import json
import queue
import socket
import subprocess

import pytest

from pipelines.watching.events import Event
from pipelines.watching.history import History
from pipelines.watching.outlets.machine_states import MachineStates
from pipelines.watching.outlets.mqtt_address import VARIABLE
from pipelines.watching.outlets.mqtt_address import read_address
from pipelines.watching.outlets.mqtt_receiver import MqttReceiver
from pipelines.watching.outlets.receivers import Delivery
from tests.mqtt_broker import Broker
from tests.watch_tools import find_program
from tests.watch_tools import wait_for

mqtt = pytest.importorskip("paho.mqtt.client")
PASSWORD = "a:secret word"


class Subscriber:
    """What a client with a session of its own hears of a broker."""

    def __init__(self, broker, name="subscriber"):
        self.messages = queue.Queue()
        self.is_ready = False
        client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, name, clean_session=False
        )
        client.reconnect_delay_set(0.1, 0.1)
        client.on_connect = lambda *_: client.subscribe("#", 1)
        client.on_subscribe = lambda *_: setattr(self, "is_ready", True)
        client.on_message = self._hear
        client.connect_async("127.0.0.1", broker.port)
        client.loop_start()
        self.client = client
        wait_for(lambda: self.is_ready)

    def _hear(self, client, data, message):
        self.messages.put((message.topic, message.payload.decode()))

    def next(self, part):
        while True:
            topic, text = self.messages.get(timeout=15)
            if part in topic:
                return topic, text

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def broker(tmp_path):
    broker = Broker(tmp_path).start()
    yield broker
    broker.stop()


@pytest.fixture
def listen(broker):
    with contextlib.ExitStack() as stack:

        def listen(*name):
            subscriber = Subscriber(broker, *name)
            stack.callback(subscriber.close)
            return subscriber

        yield listen


@pytest.fixture
def connect():
    with contextlib.ExitStack() as stack:

        def connect(url, *login, **options):
            receiver = MqttReceiver(read_address(url, *login), **options)
            receiver._client.reconnect_delay_set(0.1, 0.2)
            stack.callback(receiver.close)
            return receiver

        yield connect


@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_events_and_states_have_their_topics(broker, listen, connect, version):
    subscriber = listen()
    states = MachineStates(["pump"])
    receiver = connect(broker.url, version=version, states=states)
    assert subscriber.next("status") == ("plant/hall/status", "online")
    assert subscriber.next("state") == ("plant/hall/pump/state", "normal")
    event = Event("alarm", 1.0, "line 3", "fan/all #1", "Unusual.", index=7)
    receiver.send(event)
    receiver.send(Event("stopped", 2.0, index=8))
    topic, text = subscriber.next("alarm")
    assert topic == "plant/hall/fan%2Fall %231/alarm"
    assert json.loads(text) == json.loads(event.to_json())
    assert subscriber.next("state")[1] == "alarm"
    assert subscriber.next("stopped")[0] == "plant/hall/watch/stopped"
    receiver.close()
    assert subscriber.next("status")[1] == "offline"
    late = listen("late")
    got = {late.messages.get(timeout=15) for _ in range(3)}
    assert ("plant/hall/fan%2Fall %231/state", "alarm") in got
    assert ("plant/hall/status", "offline") in got


def test_the_broker_says_that_a_watch_died(broker, listen, connect):
    subscriber = listen()
    receiver = connect(broker.url)
    subscriber.next("status")
    receiver._client.socket().shutdown(socket.SHUT_RDWR)
    assert subscriber.next("status")[1] == "offline"
    assert subscriber.next("status")[1] == "online"


def test_a_broker_that_is_away_and_comes_back_loses_nothing(
    broker, listen, connect, tmp_path
):
    subscriber = listen()
    with History(tmp_path / "history.sqlite") as history:
        receiver = connect(broker.url, timeout_seconds=0.3)
        delivery = Delivery(receiver, history.path, 0.1)

        def write():
            history.write(events=[Event("alarm", 0.0, machine="fan")] * 20)
            delivery.wake()

        write()
        for _ in range(2):
            broker.stop()
            write()
            wait_for(lambda: delivery.problem)
            assert delivery.behind >= 20
            broker.start()
            wait_for(lambda: delivery.behind == 0)
        delivery.close()
        assert history.delivered(receiver.name) == 60
    indices = []
    while not indices or indices[-1] < 60:
        indices.append(json.loads(subscriber.next("fan/alarm")[1])["index"])
    print(f"{len(indices)} messages of 60 events")
    assert list(dict.fromkeys(indices)) == list(range(1, 61))


def test_a_broker_that_is_not_there_yet_is_waited_for(tmp_path, connect):
    broker = Broker(tmp_path)
    receiver = connect(broker.url, timeout_seconds=0.1)
    with pytest.raises(OSError, match="no connection: .*refused"):
        wait_for(lambda: "refused" in receiver._problem)
        receiver.send(Event("started", 0.0, index=1))
    broker.start()
    wait_for(lambda: receiver._is_connected)
    receiver.send(Event("started", 0.0, index=1))
    broker.stop()


def test_a_wrong_password_is_said_without_it(tmp_path, connect, monkeypatch):
    words = find_program("mosquitto_passwd", "mosquitto")
    folder = tmp_path / "users"
    user, _, password = f"watch:{PASSWORD}".partition(":")
    subprocess.run([words, "-b", "-c", folder, user, password], check=True)
    folder.chmod(0o644)
    broker = Broker(tmp_path, [f"password_file {folder}"]).start()
    try:
        wrong = tmp_path / "wrong"
        wrong.write_text("watch:other words\n")
        receiver = connect(broker.url, str(wrong), timeout_seconds=0.2)
        with pytest.raises(OSError, match="no connection: Not authorized") as e:
            wait_for(lambda: "uthorized" in receiver._problem)
            receiver.send(Event("started", 0.0, index=1))
        assert "other words" not in str(e.value)
        monkeypatch.setenv(VARIABLE, f"watch:{PASSWORD}")
        connect(broker.url).send(Event("started", 0.0, index=1))
    finally:
        broker.stop()


# paho-mqtt leaves the socket of a failed handshake to be collected.
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_a_broker_with_tls_is_trusted_by_its_certificate(tmp_path, connect):
    openssl = find_program("openssl", "openssl")
    words = f"{openssl} req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=t"
    words += " -addext subjectAltName=IP:127.0.0.1 -keyout key.pem"
    words += " -out certificate.pem"
    subprocess.run(words.split(), cwd=tmp_path, check=True, capture_output=True)
    certificate = str(tmp_path / "certificate.pem")
    (tmp_path / "key.pem").chmod(0o644)
    lines = [f"certfile {certificate}", f"keyfile {tmp_path / 'key.pem'}"]
    lines += ["allow_anonymous true"]
    broker = Broker(tmp_path, lines, "mqtts").start()
    try:
        event = Event("started", 0.0, index=1)
        connect(broker.url, None, certificate).send(event)
        stranger = connect(broker.url, timeout_seconds=0.2)
        wait_for(lambda: "CERTIFICATE_VERIFY_FAILED" in stranger._problem)
        with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
            stranger.send(event)
    finally:
        broker.stop()
