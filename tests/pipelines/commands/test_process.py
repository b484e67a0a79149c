import os
import signal
import subprocess
import sys
import time

import pytest

# A command that does what the words say, once it has said that it began.
CODE = """
import sys, threading, time
import keras_asd.__main__ as door
from pipelines import commands

def begin():
    print("begun", flush=True)
    time.sleep(60)

def swallow():
    while True:
        try:
            begin()
        except KeyboardInterrupt:
            print("swallowed", flush=True)

def convert():
    try:
        begin()
    except KeyboardInterrupt as error:
        raise ImportError("half a module") from error

class Half:
    def __init__(self):
        begin()
        self.made = True

    def __del__(self):
        self.made

def hang():
    threading.Thread(target=time.sleep, args=(60,)).start()
    begin()

def score():
    print("begun", flush=True)
    return run_command("score", words[1:])

words = sys.argv[1:]
run_command = commands.run
commands.run = lambda name, _: globals()[words[0]]()
sys.argv[1:] = ["score"]
sys.exit(door.main())
"""


@pytest.fixture
def start():
    processes = []

    def start(words, ctrl_c=signal.default_int_handler):
        # It inherits what is ignored, as all in the background of a shell do.
        before = signal.signal(signal.SIGINT, ctrl_c)
        try:
            processes.append(
                subprocess.Popen(
                    words,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
        finally:
            signal.signal(signal.SIGINT, before)
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    "does", ["begin", "swallow", "convert", "hang", "Half"]
)
@pytest.mark.parametrize(
    ("number", "code", "name"),
    [(signal.SIGINT, 130, "Ctrl-C"), (signal.SIGTERM, 143, "SIGTERM")],
)
def test_one_signal_ends_within_two_seconds_with_a_line(
    does, number, code, name, start
):
    process = start([sys.executable, "-c", CODE, does])
    assert process.stdout.readline() == "begun\n"
    sent = time.monotonic()
    process.send_signal(number)
    assert process.wait(timeout=30) == code
    # A little more, since other tests run beside this one.
    assert time.monotonic() - sent < 2.5
    assert process.stderr.read() == f"keras-asd: stopped by {name}\n"


def test_a_second_signal_ends_at_once(start):
    process = start([sys.executable, "-c", CODE, "swallow"])
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "swallowed\n"
    assert process.stdout.readline() == "begun\n"
    sent = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 130
    assert time.monotonic() - sent < 1
    assert process.stderr.read() == "keras-asd: stopped by Ctrl-C\n"


def test_signals_ignored_from_the_start_stay_ignored(start):
    words = ["nohup", sys.executable, "-c", CODE, "begin"]
    process = start(words, ctrl_c=signal.SIG_IGN)
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=2)


@pytest.mark.parametrize("after", [0.1, 0.4, 0.8, 1.6])
def test_ctrl_c_while_a_command_imports_is_a_line(after, start, tmp_path):
    # It gets no further than to the configuration.
    os.mkfifo(tmp_path / "config.yaml")
    words = ["score", str(tmp_path), "a.wav"]
    process = start([sys.executable, "-c", CODE, *words])
    assert process.stdout.readline() == "begun\n"
    time.sleep(after)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 130
    assert process.stderr.read() == "keras-asd: stopped by Ctrl-C\n"
