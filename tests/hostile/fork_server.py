"""Server of commands: each runs in a fork that has TensorFlow imported.

A command begins within milliseconds, and is a process of its own, which can
be killed. TensorFlow must not have computed in the process that forks, so it
is never the tests' own. Requests and answers are lines of JSON.
"""

import contextlib
import dataclasses
import gc
import importlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import traceback

ROOT = pathlib.Path(__file__).parents[2]
# What all commands import, before the first one is asked for.
IMPORTED = (
    "pipelines.programs.train",
    "pipelines.programs.evaluate",
    "pipelines.programs.export",
    "pipelines.scoring.clip_scorer",
    "tuning.programs.tuner",
)
# One thread, so that sums have one order.
ENVIRONMENT = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_NUM_INTRAOP_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "PYTHONPATH": str(ROOT),
    "no_proxy": "127.0.0.1",
}


@dataclasses.dataclass(frozen=True)
class Ended:
    """What became of a command: code (`None` if it hung), words, seconds."""

    code: int | None
    text: str
    seconds: float

    def find_fault(self, *codes):
        """What is wrong with how it ended; empty if nothing is."""
        if self.code not in codes:
            return f"ended with {self.code}: {self.text[-500:]}"
        lines = [
            line
            for line in self.text.splitlines()
            if line.startswith("keras-asd: error: ")
        ]
        if "Traceback" in self.text or len(lines) != (self.code == 2):
            return f"ended with {self.code}, said: {self.text[-500:]}"
        return ""


class ForkServer:
    """Client of the server; `prefix` is what it is started by."""

    def __init__(self, prefix=()):
        self._process = subprocess.Popen(
            [*prefix, sys.executable, "-m", "tests.hostile.fork_server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ | ENVIRONMENT,
        )
        self.pid = self._process.pid
        assert self._process.stdout.readline() == "ready\n"

    def start(self, words, folder):
        """Starts a command; returns what `end` takes."""
        file, log = tempfile.mkstemp(suffix=".log")
        os.close(file)
        words = [str(word) for word in words]
        pid = self._ask("start", words=words, folder=str(folder), log=log)
        return pid, log, time.monotonic()

    def end(self, started, seconds):
        """Waits for a command, and ends what is left of it."""
        pid, log, begin = started
        code = self._ask("wait", pid=pid, seconds=seconds)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        if code is None:
            self._ask("wait", pid=pid, seconds=seconds)
        text = pathlib.Path(log).read_text("utf-8", errors="replace")
        os.unlink(log)
        return Ended(code, text, time.monotonic() - begin)

    def do(self, words, folder, seconds=240):
        return self.end(self.start(words, folder), seconds)

    def call(self, *words):
        """Runs another program where the server is."""
        code = self._ask("call", words=[str(word) for word in words])
        assert code == 0, words

    def _ask(self, does, **request):
        self._process.stdin.write(json.dumps({"does": does, **request}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def run_command(words, folder, log):
    """The command line in this process, as if it had been called."""
    from keras_asd.__main__ import main

    code = 1
    try:
        os.setsid()
        os.chdir(folder)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        file = os.open(log, os.O_WRONLY | os.O_APPEND)
        os.dup2(file, 1)
        os.dup2(file, 2)
        sys.argv = ["keras-asd", *words]
        code = main()
    except SystemExit as stop:
        code = stop.code
    except KeyboardInterrupt:  # Before the command had the signals.
        code = 130
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def start(request):
    pid = os.fork()
    if pid == 0:
        run_command(**request)
    return pid


def wait(request):
    """The exit code; `None` if the command has not ended in time."""
    deadline = time.monotonic() + request["seconds"]
    while time.monotonic() < deadline:
        pid, status = os.waitpid(request["pid"], os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    return None


def call(request):
    words = request["words"]
    return subprocess.run(words, stdout=subprocess.DEVNULL).returncode


def serve():
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    for name in IMPORTED:
        importlib.import_module(name)
    gc.collect()
    # Else every child would copy what has been imported.
    gc.freeze()
    print("ready", file=answers)
    for line in sys.stdin:
        request = json.loads(line)
        answer = globals()[request.pop("does")](request)
        print(json.dumps(answer), file=answers)


if __name__ == "__main__":
    serve()
