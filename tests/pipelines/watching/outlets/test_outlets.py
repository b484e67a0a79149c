"""A watch with all its outlets: files, broker, web server, metrics, sounds."""

import os
import socket
import time

import numpy as np
import pytest
import soundfile

from pipelines.watching.alarms.alarm_limit import AlarmSettings
from pipelines.watching.history import History
from pipelines.watching.outlets import outlets
from pipelines.watching.outlets.outlet_settings import OutletSettings
from pipelines.watching.outlets.outlets import Outlets
from pipelines.watching.outlets.sound_store import SoundStore
from pipelines.watching.watch import Watch
from tests.mqtt_broker import Broker
from tests.pipelines.watching.watch_cases import RATE
from tests.pipelines.watching.watch_cases import Line
from tests.pipelines.watching.watch_cases import make_judge

pytest.importorskip("paho.mqtt.client")
pytest.importorskip("prometheus_client")
FAULT = [0.0] * 30 + [9.0] * 30 + [0.0] * 60


def listen(path, settings, scores=FAULT):
    with Outlets(settings, path, {"line": "fan"}, RATE) as opened:
        with History(path) as history:
            watch = Watch(
                make_judge(),
                [Line(scores)],
                history,
                AlarmSettings(),
                opened.listeners,
            )
            return list(watch.listen())


def test_every_outlet_has_what_the_watch_yields(tmp_path):
    broker = Broker(tmp_path).start()
    path = tmp_path / "watch" / "history.sqlite"
    settings = OutletSettings(
        mqtt=broker.url,
        metrics="0",
        seconds_before=2.0,
        seconds_after=3.0,
    )
    try:
        events = listen(path, settings)
    finally:
        broker.stop()
    kinds = [event.kind for event in events]
    assert kinds == ["started", "alarm", "alarm_ended", "stopped"]
    with History(path) as history:
        address = broker.url.removeprefix("mqtt://")
        assert history.delivered(f"mqtt {address}") == 4
    (sound,) = path.with_name("sounds").glob("*/*.flac")
    assert sound.parent.name == "fan"
    assert sound.stem.endswith(f"_alarm_{events[1].index}")
    waveform, rate = soundfile.read(sound)
    assert len(waveform) == (2 + 1 + 3) * RATE and rate == RATE


def test_without_settings_alarms_alone_are_kept(tmp_path):
    path = tmp_path / "history.sqlite"
    listen(path, OutletSettings(keep_sound="none"))
    assert not path.with_name("sounds").exists()
    listen(tmp_path / "b" / "history.sqlite", OutletSettings())
    assert len(list((tmp_path / "b" / "sounds").glob("*/*_alarm_*"))) == 1


def test_a_watch_ends_in_time_though_nobody_answers(tmp_path, monkeypatch):
    monkeypatch.setattr(outlets, "CLOSE_SECONDS", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        settings = OutletSettings(
            mqtt=f"mqtt://127.0.0.1:{port}", webhook=f"http://127.0.0.1:{port}"
        )
        start = time.monotonic()
        listen(tmp_path / "history.sqlite", settings, [0.0])
        assert time.monotonic() - start < 15
    with History(tmp_path / "history.sqlite") as history:
        assert history.delivered(f"mqtt 127.0.0.1:{port}/keras_asd") == 0


def test_what_is_wrong_is_said_before_anything_listens(tmp_path):
    for settings, rule in (
        (OutletSettings(keep_sound="some"), "none, alarms, all"),
        (OutletSettings(mqtt="http://localhost"), "`mqtt` must be"),
        (OutletSettings(webhook="localhost"), "`webhook` must be"),
        (OutletSettings(metrics="many"), "`metrics` must be"),
        (OutletSettings(keep_days=0), "`keep_days` must be"),
    ):
        with pytest.raises(ValueError, match=rule):
            Outlets(settings, tmp_path / "h.sqlite", {"line": "fan"}, RATE)


def test_old_sounds_go_though_no_new_ones_come(tmp_path):
    store = SoundStore(tmp_path / "sounds")
    sound = np.zeros(RATE, "int16")
    old = store.write("fan", 1e9, "alarm_1", sound, RATE)
    new = store.write("fan", 1e9, "alarm_2", sound, RATE)
    os.utime(old, (1e9, 1e9))
    path = tmp_path / "history.sqlite"
    listen(path, OutletSettings(keep_sound="none"), [0.0])
    assert not old.exists() and new.exists()
