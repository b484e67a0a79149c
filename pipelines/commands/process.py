"""Process of a command: how it is stopped, and its standard error.

The first Ctrl-C or SIGTERM raises `KeyboardInterrupt` in the main thread.
Where that does not end the process within two seconds (in a compiled step, in
an import that swallows it, while a thread waits for a disk), or at a second
signal, the process ends at once. Files are whole either way, since they are
replaced whole (`pipelines.atomic`).
"""

import contextlib
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Iterator
from types import FrameType

from pipelines.files.posix import IS_POSIX

SIGNALS = (signal.SIGINT, signal.SIGTERM)
GRACE_SECONDS = 1.5
# Shells give the same code to what a signal ended.
SIGNAL_CODE = 128


class Stop:
    """Whether the process was asked to stop, and by which signal.

    >>> stop = Stop()
    >>> stop.is_asked, stop.message, stop.code
    (False, 'keras-asd: stopped by Ctrl-C', 130)
    """

    def __init__(self) -> None:
        self.number = signal.SIGINT
        self.is_asked = False
        self.is_reported = False

    @property
    def message(self) -> str:
        """The line that says by what the command was stopped."""
        is_you = self.number == signal.SIGINT
        return (
            f"keras-asd: stopped by {'Ctrl-C' if is_you else self.number.name}"
        )

    @property
    def code(self) -> int:
        """The exit code."""
        return SIGNAL_CODE + self.number

    def end(self, is_own: bool) -> None:
        """Prints by what the command was stopped, and ends its own process.

        Args:
            is_own: Whether the process is the command's: then it ends here,
                with no thread waited for that still reads or computes.
        """
        self.is_reported = True
        print(self.message, file=sys.stderr)
        if is_own:
            with contextlib.suppress(OSError, ValueError, AttributeError):
                sys.stdout.flush()
            os._exit(self.code)

    def interrupt(self, number: int, frame: FrameType | None) -> None:
        """Handles a signal in the main thread."""
        self._ask(number)
        # What is broken off half made may fail again as it is taken down.
        sys.unraisablehook = lambda _: None
        raise KeyboardInterrupt

    def _ask(self, number: int) -> None:
        self.number, self.is_asked = signal.Signals(number), True

    def watch(self, signals: int) -> None:
        """Ends the process in time, in a thread that no computation stops.

        Args:
            signals: Descriptor with a byte for each signal that arrived.
        """
        end = None
        while True:
            wait = None if end is None else max(0.0, end - time.monotonic())
            if not select.select([signals], [], [], wait)[0]:
                break
            numbers = os.read(signals, 1)
            if not numbers:
                os.close(signals)
                return
            if numbers[0] in SIGNALS:
                self._ask(numbers[0])
                if end is not None:
                    break
                end = time.monotonic() + GRACE_SECONDS
        if not self.is_reported and sys.stderr is not None:
            # Not by `print`, which the main thread may be in.
            with contextlib.suppress(OSError, ValueError):
                os.write(sys.stderr.fileno(), f"{self.message}\n".encode())
        os._exit(self.code)


@contextlib.contextmanager
def own_process() -> Iterator[Stop]:
    """Takes the signals and standard error of a process that is a command.

    Signals that were ignored from the start (`nohup`) stay so. Standard error
    gets a descriptor of its own, so that what C libraries write to theirs can
    be silenced (`pipelines.audio.mpg123_messages`).

    Yields:
        What tells whether the process was asked to stop.

    >>> with own_process() as stop:
    ...     stop.is_asked
    False
    """
    _move_standard_error()
    stop = Stop()
    if not IS_POSIX:
        # No pipe can be watched there; Python's own handler of Ctrl-C stays.
        yield stop
        return
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    before = {
        number: signal.signal(number, stop.interrupt)
        for number in SIGNALS
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    last = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    threading.Thread(target=stop.watch, args=(reader,), daemon=True).start()
    try:
        yield stop
    finally:
        # A process that was asked to stop is watched to its very end.
        if not stop.is_asked:
            signal.set_wakeup_fd(last)
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(writer)


def _move_standard_error() -> None:
    """Gives Python's standard error another descriptor of the same file."""
    if sys.stderr is sys.__stderr__ and sys.stderr is not None:
        sys.stderr.flush()
        sys.stderr = open(  # noqa: SIM115
            os.dup(sys.stderr.fileno()),
            "w",
            buffering=1,
            encoding=sys.stderr.encoding,
            errors="backslashreplace",
        )
