"""A watch of the default detector, from the command line and from Python."""

import json
import os
import signal
import sqlite3
import threading
import time

import numpy as np
import pytest
import soundfile

from keras_asd import Detector
from keras_asd.__main__ import main
from pipelines.watching.alarms.alarm_limit import AlarmSettings
from tests.hostile.fork_server import ForkServer

RATE, SECONDS = 4_000, 0.5
ASKED = ("--false_alarms_per_week", "2000")


def hum(seconds, hz=120.0, seed=0):
    generator = np.random.default_rng(seed)
    samples = round(seconds * RATE)
    tone = 0.1 * np.sin(2 * np.pi * hz * np.arange(samples) / RATE)
    return tone + 0.02 * generator.standard_normal(samples)


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    """A trained run, an hour of the machine, and ten minutes with a fault."""
    folder = tmp_path_factory.mktemp("plant")
    for index in range(60):
        path = folder / "recordings" / "pump" / f"{index}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, hum(SECONDS, seed=1000 + index), RATE)
    detector = Detector(
        "training_free", sampling_rate=RATE, clip_seconds=SECONDS
    )
    detector.fit(folder / "recordings", run=folder / "run")
    soundfile.write(folder / "normal.wav", hum(600, seed=1), RATE)
    fault = np.concatenate(
        [hum(60, seed=2), hum(60, 777.0, seed=3), hum(60, seed=4)]
    )
    soundfile.write(folder / "fault.wav", fault, RATE)
    return folder


def watch(capsys, plant, history, *words):
    words = ["watch", str(plant / "run"), *map(str, words), "--json"]
    code = main([*words, "--history", str(history)])
    out = capsys.readouterr().out
    return code, [json.loads(line) for line in out.splitlines()]


def query(history, text):
    with sqlite3.connect(history / "history.sqlite") as database:
        return database.execute(text).fetchall()


def test_hours_of_normal_sound_then_a_fault(plant, tmp_path, capsys):
    history = tmp_path / "watch"
    options = ("--speed", "0", "--keep_sound", "none", *ASKED)
    code, events = watch(capsys, plant, history, plant / "normal.wav", *options)
    assert code == 0
    assert [event["kind"] for event in events[:1]] == ["started"]
    promise = [event for event in events if event["kind"] == "promise"][-1]
    assert promise["details"]["promised_per_week"] == 2000
    assert promise["details"]["is_p_value"] is False
    alarms = [event for event in events if event["kind"] == "alarm"]
    assert len(alarms) <= 12  # At 2,000 a week two are to be expected.
    words = [plant / "fault.wav", *options]
    code, events = watch(capsys, plant, history, *words)
    kinds = [event["kind"] for event in events]
    assert kinds.count("alarm") >= 1 and "alarm_ended" in kinds
    began = query(
        history,
        "SELECT min(time) FROM windows WHERE source LIKE '%fault.wav'",
    )[0][0]
    onsets = [
        event["details"]["onset"] - began
        for event in events
        if event["kind"] == "alarm"
    ]
    assert any(59.0 <= onset <= 62.0 for onset in onsets)
    # The next command lists it, and acknowledges it.
    numbers = [e["index"] for e in events if e["kind"] == "alarm"]
    assert (
        main(["alarms", str(history), "--acknowledge", f"{numbers[-1]}"]) == 0
    )
    assert main(["alarms", str(history)]) == 0
    text = capsys.readouterr().out
    assert "Acknowledged by" in text and "pump/all" in text
    assert (
        main(["alarms", str(history), "--mute", "pump/all", "--hours", "1"])
        == 0
    )
    capsys.readouterr()
    # A replay that has ended goes on with one more pass.
    words = [f"pump/all={plant / 'fault.wav'}", *options, "--loops", "2"]
    code, events = watch(capsys, plant, history, *words)
    assert [e["details"]["muted"] for e in events if e["kind"] == "alarm"]
    assert main(["alarms", str(history), "--forget", "0"]) == 0
    assert query(history, "SELECT count(*) FROM windows") == [(0,)]


def test_killed_at_any_moment_it_judges_every_window_once(plant, tmp_path):
    words = ["watch", str(plant / "run"), str(plant / "normal.wav")]
    words += ["--speed", "0", "--keep_sound", "none", *ASKED]
    server = ForkServer()
    try:
        whole = tmp_path / "whole"
        done = server.do([*words, "--history", str(whole)], tmp_path)
        assert done.code == 0, done.text
        history, generator = tmp_path / "killed", np.random.default_rng(0)
        words += ["--history", str(history)]
        hits = 0
        for _ in range(6):
            started = server.start(words, tmp_path)
            time.sleep(generator.uniform(0.2, 1.0) * min(done.seconds, 4.0))
            os.kill(started[0], signal.SIGKILL)
            hits += server.end(started, 60).code != 0
        assert hits >= 2
        assert server.do(words, tmp_path).code == 0
    finally:
        server.close()
    scores = "SELECT start, anomaly_score FROM windows ORDER BY start"
    assert query(history, scores) == query(whole, scores)
    assert len(query(whole, scores)) == 1200


def test_two_watches_never_have_one_history(plant, tmp_path, capsys):
    detector = Detector.load(plant / "run")
    (tmp_path / "incoming").mkdir()
    events = detector.watch(str(tmp_path / "incoming"), history=tmp_path / "w")
    assert next(events).kind == "started"
    words = ["watch", str(plant / "run"), str(plant / "fault.wav")]
    assert main([*words, "--history", str(tmp_path / "w")]) == 2
    assert "one watch at a time" in capsys.readouterr().err
    events.close()


def test_recordings_that_arrive_are_judged_in_python(plant, tmp_path):
    detector = Detector.load(plant / "run")
    incoming = tmp_path / "incoming"
    incoming.mkdir()

    def record():
        for index in range(12):
            sound = hum(SECONDS, 777.0 if index > 3 else 120.0, seed=index)
            partial = incoming / f".{index:02d}.wav"
            soundfile.write(partial, sound, RATE)
            partial.rename(incoming / f"{index:02d}.wav")

    threading.Thread(target=record).start()
    alarm = AlarmSettings(2, 3)
    for event in detector.watch(str(incoming), alarm=alarm):
        if event.kind == "alarm":
            break
    assert event.machine == "pump/all"
    assert "2 of 3 windows" in event.message and "provisional" in event.message


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["watch", "{run}"], "required: SOURCE"),
        (["watch", "{run}", "no/such.wav"], "which does not exist"),
        (["watch", "{run}", "whale={wav}"], "that the model knows: "),
        (["watch", "{run}", "{wav}", "--num_strange", "9"], "`num_strange`"),
        (["watch", "{run}", "{wav}", "--step_seconds", "9"], "`step_seconds`"),
        (["watch", "{run}", "{wav}", "--keep_sound", "some"], "keep_sound"),
        (["watch", "{run}", "{wav}", "--mqtt", "ftp://x"], "must be mqtt://"),
        (["watch", "gone", "{wav}"], "must be the folder of a training run"),
        (["alarms", "gone"], "must be the folder of a watch"),
        (["alarms", "gone", "--mute", "pump"], "belong together"),
        (["alarms", "gone", "--machine", "pump"], "needs --forget"),
    ],
)
def test_wrong_words_are_one_clear_line(
    plant, tmp_path, capsys, words, message
):
    places = {"run": plant / "run", "wav": plant / "fault.wav"}
    words = [word.format(**places) for word in words]
    if words[0] == "watch":
        words += ["--history", str(tmp_path / "watch")]
    try:
        code = main(words)
    except SystemExit as stop:
        code = stop.code
    text = capsys.readouterr().err
    assert code == 2 and message in text and "Traceback" not in text
