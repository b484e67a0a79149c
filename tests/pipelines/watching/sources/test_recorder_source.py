import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest

from pipelines.watching.sources import recorder_source
from pipelines.watching.sources.recorder_source import RecorderSource
from pipelines.watching.sources.recording_process import SourceFault
from pipelines.watching.sources.recording_process import read_sound
from pipelines.watching.sources.recording_process import recording_process
from tests.pipelines.watching.sources.fake_clock import FakeClock
from tests.pipelines.watching.sources.listening import HEARING
from tests.pipelines.watching.sources.listening import CountedStop
from tests.pipelines.watching.sources.listening import listen

ROOT = pathlib.Path(__file__).parents[4]
RECORDER = """
import os, sys, time
from pipelines.watching.sources.recorder_pipe import run_recorder

def record(request, pipe):
    print("a library has something to say")
    sys.stderr.write("x" * 100_000)
    {body}

run_recorder(record)
"""


@pytest.fixture
def recorder(tmp_path, monkeypatch):
    """Writes a module that records as the body says; returns its name."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    pauses = iter([0.01] * 99)
    monkeypatch.setattr(recorder_source, "growing_pauses", lambda: pauses)

    def write(body):
        body = textwrap.indent(textwrap.dedent(body), "    ").lstrip()
        text = RECORDER.replace("{body}", body)
        (tmp_path / "my_recorder.py").write_text(text)
        return "my_recorder"

    return write


def read(module, request=None, timeout_seconds=5.0):
    with recording_process(module, request or {}) as process:
        yield from read_sound(process, threading.Event(), timeout_seconds)


def test_sound_comes_as_it_was_written(recorder):
    module = recorder(
        """
        from array import array
        pipe.tell_format(request["rate"], 2)
        pipe.write_sound(array("f", [0.5, 1.0, 0.25, 2.0]).tobytes())
        pipe.write_sound(array("f", [0.0] * 200_000).tobytes(), True)
        """
    )
    sound = read(module, {"rate": 8_000})
    block = next(sound)
    np.testing.assert_array_equal(block.samples, [[0.5, 1.0], [0.25, 2.0]])
    assert (block.rate, block.has_gap) == (8_000, False)
    block = next(sound)
    assert block.samples.shape == (100_000, 2) and block.has_gap
    with pytest.raises(SourceFault, match="its sound has ended"):
        next(sound)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("raise ValueError('no such card')", "no such card"),
        ("raise OSError(5, 'broken', '/dev/snd')", "^broken$"),
        ("raise KeyError", "KeyError"),
        ("os.abort()", "ended by signal SIGABRT"),
        ("os._exit(3)", "ended with status 3"),
        ("time.sleep(9)", "no sound for 0.1 s"),
    ],
)
def test_a_process_that_fails_says_why(recorder, body, reason, monkeypatch):
    from pipelines.watching.sources import recording_process as module

    monkeypatch.setattr(module, "START_SECONDS", 1.0)
    with pytest.raises(SourceFault, match=reason):
        next(read(recorder(body), timeout_seconds=0.1))


def test_what_crashes_is_begun_anew_and_said_once(recorder, tmp_path):
    module = recorder(
        """
        import pathlib
        turns = pathlib.Path(request["turns"])
        turn = len(turns.read_text()) if turns.exists() else 0
        turns.write_text("x" * (turn + 1))
        if turn < 4:
            os.abort()
        pipe.tell_format(16_000, 1)
        pipe.write_sound(bytes(64_000))
        time.sleep(9)
        """
    )
    request = {"turns": str(tmp_path / "turns")}
    source = RecorderSource("card", "fan/all", module, request, 5.0)
    found = listen(source, 3)
    kinds = [getattr(one, "kind", "window") for one in found]
    assert kinds == ["source_lost", "source_back", "window"]


def test_overflows_are_counted_once_a_minute(recorder):
    module = recorder(
        """
        pipe.tell_format(16_000, 1)
        for _ in range(50):
            pipe.write_sound(bytes(6_400), True)
        time.sleep(9)
        """
    )
    source = RecorderSource("card", "fan/all", module, {}, 0.3)
    clock = source.clock = FakeClock()
    stop = CountedStop(clock, 9)
    sound = source.listen(HEARING, None, stop)
    first = next(sound)
    next(sound)
    clock.go_on(61)
    second = next(one for one in sound if hasattr(one, "kind"))
    sound.close()
    assert first.kind == second.kind == "sound_dropped"
    assert first.details["overflows"] == 1
    assert 1 < second.details["overflows"] < 49


def is_running(number):
    with contextlib.suppress(OSError):
        state = pathlib.Path(f"/proc/{number}/stat").read_text()
        return state.rpartition(")")[2].split()[0] != "Z"
    return False


def test_it_ends_with_its_parent_however_that_ends(recorder, tmp_path):
    module = recorder("time.sleep(60)")
    parent = f"""
import sys, time
from pipelines.watching.sources.recording_process import recording_process
with recording_process({module!r}, {{}}) as process:
    print(process.pid, flush=True)
    time.sleep(60)
"""
    paths = os.pathsep.join([str(ROOT), str(tmp_path)])
    with subprocess.Popen(
        [sys.executable, "-c", parent],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": paths},
    ) as process:
        number = int(process.stdout.readline())
        assert is_running(number)
        process.send_signal(signal.SIGKILL)
    until = time.monotonic() + 5
    while is_running(number) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_running(number)
