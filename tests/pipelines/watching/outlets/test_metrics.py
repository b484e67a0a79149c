"""Metrics of a watch, as Prometheus reads them."""

import pathlib
import socket
import sys
import urllib.request

import pytest

from pipelines.watching.events import Event
from pipelines.watching.history import History
from pipelines.watching.judged_window import JudgedWindow
from pipelines.watching.outlets.kept_sound import KeptSound
from pipelines.watching.outlets.machine_states import MachineStates
from pipelines.watching.outlets.metrics import METRICS
from pipelines.watching.outlets.metrics import Metrics
from pipelines.watching.outlets.receivers import Delivery
from pipelines.watching.outlets.sound_store import SoundStore
from tests.watch_tools import wait_for

pytest.importorskip("prometheus_client")


@pytest.fixture
def metrics():
    metrics = Metrics({"line": "fan"})
    yield metrics
    metrics.close()


def value(metrics, name, **labels):
    name = f"keras_asd_watch_{name}"
    return metrics.registry.get_sample_value(name, labels)


def hear(metrics, score=0.5, p_value=0.25, strangeness=1.5, time=112.0):
    window = JudgedWindow(
        "line", "fan", "", 0, 100.0, 10.0, score, p_value, "", strangeness
    )
    metrics.hear(window, time)


def states(metrics, machine="fan"):
    return [
        value(metrics, "state", machine=machine, state=state)
        for state in ("normal", "alarm", "cannot judge")
    ]


def test_windows_are_counted_with_their_last_scores(metrics):
    assert value(metrics, "windows_judged_total", machine="fan") == 0
    hear(metrics)
    hear(metrics, p_value=0.125)
    hear(metrics, None, None, None, time=115.0)
    assert value(metrics, "windows_judged_total", machine="fan") == 2
    assert value(metrics, "windows_not_judged_total", machine="fan") == 1
    assert value(metrics, "p_value", machine="fan") == 0.125
    assert value(metrics, "strangeness", machine="fan") == 1.5
    assert value(metrics, "lag_seconds", source="line") == 5.0
    assert value(metrics, "last_window_time_seconds", machine="fan") == 112.0


def test_events_change_states_and_sources(metrics):
    assert states(metrics) == [1, 0, 0]
    metrics.report(Event("alarm", 0.0, "line", "fan"))
    assert states(metrics) == [0, 1, 0]
    metrics.report(Event("source_lost", 0.0, "line", "fan"))
    assert value(metrics, "source_up", source="line") == 0
    metrics.report(Event("alarm_ended", 0.0, "line", "fan"))
    assert states(metrics) == [0, 0, 1]
    metrics.report(Event("source_back", 0.0, "line", "fan"))
    assert value(metrics, "source_up", source="line") == 1
    assert states(metrics) == [1, 0, 0]
    metrics.report(
        Event("sound_dropped", 0.0, "line", "fan", "", {"windows": 3})
    )
    assert value(metrics, "windows_dropped_total", source="line") == 3
    assert value(metrics, "alarms_total", machine="fan") == 1
    assert value(metrics, "events_total", kind="alarm") == 1


def test_drift_is_beside_the_state(metrics):
    assert value(metrics, "drift", machine="fan") == 0
    metrics.report(Event("drift", 0.0, "", "fan"))
    assert value(metrics, "drift", machine="fan") == 1
    assert states(metrics) == [1, 0, 0]
    metrics.report(Event("drift_ended", 0.0, "", "fan"))
    assert value(metrics, "drift", machine="fan") == 0


def test_a_watch_that_starts_again_knows_its_alarms():
    known = MachineStates(["pump"])
    known.update(Event("alarm", 0.0, "line", "fan"))
    known.update(Event("drift", 0.0, "", "fan"))
    metrics = Metrics({}, known)
    assert value(metrics, "drift", machine="fan") == 1
    assert states(metrics) == [0, 1, 0]
    assert states(metrics, "pump") == [1, 0, 0]


def test_receivers_and_lost_sounds_are_read_when_asked(metrics, tmp_path):
    class Away:
        name = "mqtt"

        def received(self):
            return None

        def send(self, event):
            raise OSError("away")

        def close(self):
            pass

    kept = KeptSound(SoundStore(tmp_path / "sounds"), 100)
    metrics.lost(kept)
    with History(tmp_path / "history.sqlite") as history:
        delivery = Delivery(Away(), history.path)
        metrics.behind([delivery])
        history.write(events=[Event("started", 0.0)] * 3)
        delivery.wake()
        wait_for(
            lambda: value(metrics, "receiver_behind", receiver="mqtt") == 3
        )
        delivery.close()
    kept.num_lost = 2
    assert value(metrics, "sounds_lost") == 2
    kept.close()


def test_they_are_served_to_this_machine_alone(metrics, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    address = metrics.serve("0")
    assert address.startswith("http://127.0.0.1:")
    metrics.report(Event("alarm", 0.0, "line", 'a "fan"\udcff\n'))
    with urllib.request.urlopen(address, timeout=5) as answer:
        text = answer.read().decode()
    assert 'alarms_total{machine="a \\"fan\\"?\\n"} 1.0' in text


@pytest.mark.parametrize("address", ["x", "99999", "no.such.host.invalid:0"])
def test_an_address_that_cannot_be_is_refused(metrics, address):
    with pytest.raises(ValueError, match="must be PORT or HOST:PORT"):
        metrics.serve(address)


def test_a_port_that_is_taken_is_refused(metrics):
    with socket.create_server(("127.0.0.1", 0)) as server:
        with pytest.raises(ValueError, match="in use"):
            metrics.serve(str(server.getsockname()[1]))


def test_without_the_library_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(ValueError, match=r"keras-asd\[watch\]"):
        Metrics()


def test_the_page_has_every_metric_as_it_is_exposed():
    page = pathlib.Path(__file__).parents[4] / "docs" / "watching_events.md"
    text = page.read_text(encoding="utf-8")
    for name, kind, labels, _ in METRICS:
        shown = f"{name}{'_total' * (kind == 'Counter')}"
        assert f"| `{shown}` | {', '.join(labels)} |".replace("  ", " ") in text
