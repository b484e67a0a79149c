"""What people told of alarms: entries of the journal, and those under way.

The work is that of `keras-asd feedback`, in a process of its own: the watch
judges on meanwhile, and takes the new version up once the journal names it.
"""

import dataclasses
import os
import pathlib
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

from pipelines.files.names import escape_name
from pipelines.runs.feedback_journal import Entry
from pipelines.runs.feedback_journal import read_journal
from pipelines.runs.stages import find_stage

MAX_WAITING = 20
# Jobs are shown for a while once they have ended.
MAX_SHOWN, SHOWN_SECONDS = 5, 600.0
LONGEST_SECONDS = 3600.0
NICE = 10
WAITING, WORKING, DONE, REFUSED = "waiting", "working", "done", "refused"


@dataclasses.dataclass
class Job:
    """Something that was told, and what became of it.

    Args:
        number: Number of the job since the start, from 1.
        title: What was told, in words.
        alarm: Index of the alarm that it is about; 0 for an undoing.
        words: Words after `keras-asd feedback RUN`.
        user: Who told it.
        state: `"waiting"`, `"working"`, `"done"` or `"refused"`.
        lines: Sentences on what was done, or the reason why not.
        ended: When it ended, on the clock `time.monotonic`.
    """

    number: int
    title: str
    alarm: int
    words: Sequence[str]
    user: str
    state: str = WAITING
    lines: Sequence[str] = ()
    ended: float = 0.0

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.state in (DONE, REFUSED)


class Told:
    """Tells a run what people say of alarms, one thing after the other.

    Args:
        model: Folder of the run.
        history: Folder of the watch's history.
        trust: Packages of classes of your own.

    >>> Told("no_such_run", "watch").entries()
    []
    """

    def __init__(
        self,
        model: str,
        history: str | os.PathLike[str],
        trust: Sequence[str] = (),
    ):
        self._model, self._history = model, os.fspath(history)
        self._trust = trust
        self._jobs: list[Job] = []
        self._queue: queue.Queue[Job | None] = queue.Queue()
        self._process: subprocess.Popen | None = None
        self._lock = threading.Lock()
        self._is_closed = False
        self._thread = threading.Thread(
            target=self._work, name="feedback", daemon=True
        )
        self._thread.start()

    def normal(self, alarm: int, machine: str, sound: pathlib.Path, user: str):
        """Tells that the sound of an alarm was normal."""
        words = ["--normal", str(sound), f"--machine={machine}"]
        words.append(f"--history={self._history}")
        title = f"{escape_name(machine)}: that was normal"
        return self._add(title, alarm, words, user)

    def fault(
        self,
        alarm: int,
        machine: str,
        sound: pathlib.Path,
        name: str,
        user: str,
    ) -> Job:
        """Tells that the sound of an alarm was a fault of some name."""
        words = ["--fault", str(sound), f"--machine={machine}"]
        words.append(f"--name={name}")
        title = f"{escape_name(machine)}: that was a fault, {name}"
        return self._add(title, alarm, words, user)

    def undo(self, entry: Entry, user: str) -> Job:
        """Takes an entry of the journal back."""
        title = f"{escape_name(entry.machine)}: undo entry {entry.number}"
        return self._add(title, 0, [f"--undo={entry.number}"], user)

    def entries(self) -> list[Entry]:
        """Entries of the journal that are in force; none of an export."""
        journal = read_journal(find_stage(self._model))
        return [entry for entry in journal.entries if entry.is_in_force]

    def shown(self) -> list[Job]:
        """Jobs that are under way, and the last that ended, newest first."""
        with self._lock:
            jobs = self._jobs[::-1]
        since = time.monotonic() - SHOWN_SECONDS
        over = [job for job in jobs if job.is_over and job.ended > since]
        over = over[:MAX_SHOWN]
        return [job for job in jobs if not job.is_over or job in over]

    def close(self) -> None:
        """Ends what is under way; the run stays whole, as after any kill."""
        with self._lock:
            self._is_closed = True
            if self._process is not None:
                self._process.terminate()
        self._queue.put(None)
        self._thread.join(10)

    def _add(
        self, title: str, alarm: int, words: Sequence[str], user: str
    ) -> Job:
        with self._lock:
            waiting = sum(not job.is_over for job in self._jobs)
            if waiting >= MAX_WAITING:
                raise ValueError(
                    "Feedback is taken in one after the other. Received: one "
                    f"more than {MAX_WAITING}. Wait until some are done."
                )
            del self._jobs[: -MAX_WAITING - MAX_SHOWN]
            number = self._jobs[-1].number + 1 if self._jobs else 1
            job = Job(number, title, alarm, words, user)
            self._jobs.append(job)
        self._queue.put(job)
        return job

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            job.state = WORKING
            try:
                is_done, job.lines = self._run(job)
            except OSError as error:
                is_done, job.lines = False, [str(error)]
            job.ended = time.monotonic()
            job.state = DONE if is_done else REFUSED

    def _run(self, job: Job) -> tuple[bool, list[str]]:
        words = [sys.executable, "-m", "keras_asd", "feedback", self._model]
        words += job.words
        if self._trust:
            words += ["--trust", *self._trust]
        # The journal names the user that the system does.
        environment = {**os.environ, "LOGNAME": job.user}
        with self._lock:
            if self._is_closed:
                return False, ["the watch was stopped before"]
            self._process = subprocess.Popen(
                words,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
            )
            # The watch goes first.
            os.setpriority(os.PRIO_PROCESS, self._process.pid, NICE)
        try:
            out, err = self._process.communicate(timeout=LONGEST_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            out, err = self._process.communicate()
            err += f"\nerror: it took longer than {LONGEST_SECONDS:g} s"
        if self._process.returncode == 0:
            return True, out.splitlines()
        return False, [_reason(err)]


def entry_of(entries: Sequence[Entry], sound: pathlib.Path) -> Entry | None:
    """The last entry that a sound was told with, `None` without one.

    >>> entry_of([], pathlib.Path("a.flac")) is None
    True
    """
    name = escape_name(sound.absolute())
    found = [entry for entry in entries if name in entry.clips]
    return found[-1] if found else None


def _reason(text: str) -> str:
    """The reason that a command gave, of all that it wrote."""
    lines = [line for line in text.splitlines() if line.strip()]
    for line in reversed(lines):
        if "error: " in line:
            return line.split("error: ", 1)[1]
    return lines[-1] if lines else "it was stopped"
