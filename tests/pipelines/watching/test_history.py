import os
import signal
import sqlite3
import subprocess
import sys
import textwrap

import pytest

from pipelines.watching.events import Event
from pipelines.watching.history import History
from pipelines.watching.judged_window import JudgedWindow


def window(time, score=1.0, machine="fan/all", model="m"):
    return JudgedWindow(
        "line",
        machine,
        "\udcff.wav",
        int(time),
        time,
        10.0,
        score,
        0.5,
        model=model,
    )


@pytest.fixture
def path(tmp_path):
    return tmp_path / "watch" / "history.sqlite"


def test_what_is_written_is_read_by_the_next_process(path):
    with History(path) as history:
        history.write(
            [window(0.0), window(10.0, None)],
            [Event("alarm", 20.0, "line", "fan/all", "Hm.", {"peak": 3.5})],
            {"line": {"sample": 320_000}},
            {"fan/all": {"is_alarm": True}},
            [("line", "a\udcff.wav", 3, 4)],
        )
        history.mute("fan/all", 99.0)
    with History(path) as history:
        assert history.windows("fan/all") == [window(0.0), window(10.0, None)]
        assert history.windows("fan/all", 5.0, 10.0) == []
        assert history.num_judged("fan/all", "m") == 1
        assert history.num_judged("fan/all", "other") == 0
        (event,) = history.events_after(0)
        assert (event.index, event.details) == (1, {"peak": 3.5})
        assert history.alarms("fan/all") == [event]
        assert history.last_event() == 1
        assert history.positions() == {"line": {"sample": 320_000}}
        assert history.states() == {"fan/all": {"is_alarm": True}}
        assert history.done_clips("line") == {"a\udcff.wav": (3, 4)}
        assert history.mutes() == {"fan/all": 99.0}


def test_all_or_nothing(path):
    with History(path) as history:
        with pytest.raises(ValueError, match="JSON compliant"):
            history.write(
                [window(0.0)], positions={"line": {"sample": float("nan")}}
            )
        assert history.windows("fan/all") == []
        history.write([window(0.0)])


def test_events_are_delivered_from_where_a_receiver_stands(path):
    with History(path) as history:
        history.write(events=[Event("started", float(i)) for i in range(5)])
        assert history.delivered("mqtt") is None
        history.deliver("mqtt", 3)
        history.deliver("mqtt", 4)
        last = history.delivered("mqtt")
        assert [e.index for e in history.events_after(last)] == [5]
        assert [e.index for e in history.events_after(0, limit=2)] == [1, 2]


def test_windows_are_forgotten_by_the_last_of_their_machine(path):
    with History(path) as history:
        old = [window(time, machine="pump") for time in (0.0, 5.0)]
        history.write([*old, window(50.0), window(90.0)], [Event("started", 0)])
        assert history.trim(seconds=30.0) == 1
        assert [w.time for w in history.windows("fan/all")] == [90.0]
        assert [w.time for w in history.windows("pump")] == [0.0, 5.0]
        assert history.last_event() == 1


def test_others_read_while_it_writes(path):
    with History(path) as history, History(path) as reader:
        history.write([window(0.0)])
        assert len(reader.windows("fan/all")) == 1


@pytest.mark.parametrize("content", ["no database", "other", "newer"])
def test_what_is_no_history_is_refused(tmp_path, content):
    path = tmp_path / "history.sqlite"
    if content == "no database":
        path.write_bytes(b"RIFF" * 1000)
    else:
        with sqlite3.connect(path) as database:
            if content == "newer":
                database.execute("PRAGMA user_version = 99")
            else:
                database.execute("CREATE TABLE plants (name TEXT)")
    before = path.read_bytes()
    with pytest.raises(ValueError, match="must be an SQLite file of version"):
        History(path)
    assert path.read_bytes() == before or content != "no database"


def test_a_killed_writer_leaves_whole_transactions(path):
    code = textwrap.dedent(f"""
        from pipelines.watching.history import History
        from pipelines.watching.judged_window import JudgedWindow
        with History({str(path)!r}) as history:
            for i in range(100_000):
                one = JudgedWindow("s", "fan", "", i, float(i), 1.0, 1.0, 1.0)
                history.write([one], positions={{"s": {{"next": i + 1}}}})
                if i == 20:
                    print("ready", flush=True)
    """)
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE
    ) as process:
        process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
    with History(path) as history:
        starts = [one.start for one in history.windows("fan")]
        assert starts == list(range(history.positions()["s"]["next"]))
        assert len(starts) > 20
