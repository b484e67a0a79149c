"""Standard error without the log of TensorFlow's C++ code."""

import os
import re
import signal
import sys

# What TF_CPP_MIN_LOG_LEVEL does not silence: TensorFlow logs by Abseil before
# that is told of the level. Fatal lines (F) are kept.
CHATTER = re.compile(
    rb"WARNING: All log messages before absl::InitializeLog\(\)"
    rb"|[IWE]\d{4} \d\d:\d\d:\d+\.\d+ +\d+ \S+:\d+\] "
)


def drop_native_log() -> None:
    """Drops log lines that native code of this process writes.

    Everything else that native code, or a process begun by this one, writes to
    standard error passes through a process of its own, so that the last words
    of a crash come through. Python's own `sys.stderr` is left alone by it.
    For the command line alone, before any thread is begun.

    >>> line = b"I0000 00:00:1795977448.933046   16284 stub.cc:31] No drivers"
    >>> bool(CHATTER.match(line)), bool(CHATTER.match(b"Killed"))
    (True, False)
    """
    terminal = os.dup(2)
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.close(writing)
        try:
            _pass_on(reading, terminal)
        finally:
            os._exit(0)
    os.close(reading)
    os.dup2(writing, 2)
    os.close(writing)
    sys.stderr = open(  # noqa: SIM115
        terminal, "w", encoding="utf-8", errors="surrogateescape", buffering=1
    )


def _pass_on(reading: int, terminal: int) -> None:
    """Copies lines that are no log, up to the end of all writers."""
    # Ctrl-C is for the command, whose last words are still to come.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    nothing = os.open(os.devnull, os.O_RDWR)
    # Whoever reads the command's output waits for the end of this copy, too.
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    with open(reading, "rb") as lines:
        for line in lines:
            if not CHATTER.match(line):
                os.write(terminal, line)
