"""Recording process: a library for sound in a process of its own.

What hangs in it can be ended, what crashes takes nothing with it, and PortAudio
learns of a device that was plugged in only when it begins anew.
"""

import contextlib
import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

import numpy as np

from pipelines.watching.sources.pipe_reading import read_pipe
from pipelines.watching.sources.recorder_pipe import HEADER

END_SECONDS = 2.0
# A slow computer takes so long to begin a process.
START_SECONDS = 20.0
# Of the package, for the import path of the process.
ROOT = pathlib.Path(__file__).parents[2]


@dataclasses.dataclass(frozen=True)
class SoundBlock:
    """A block of sound as it was recorded.

    Args:
        samples: `(samples, channels)` float32.
        rate: Sampling rate in Hz.
        has_gap: Whether some sound was lost before it.
    """

    samples: np.ndarray
    rate: int
    has_gap: bool = False


class SourceFault(Exception):
    """Why a source gives no sound, in words for people."""


@contextlib.contextmanager
def recording_process(
    module: str, request: Mapping[str, Any]
) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a recording process, which ends with the context.

    Args:
        module: Module that calls `recorder_pipe.run_recorder`.
        request: What it records, as plain JSON. It is no argument of the
            process: other users cannot read the password of a stream.
    """
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    process = subprocess.Popen(
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        # Ctrl-C is for the watch, which ends it.
        start_new_session=True,
    )
    try:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(json.dumps(request).encode() + b"\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
        yield process
    finally:
        process.kill()
        # A driver may hang where nothing can end it.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(END_SECONDS)
        process.stdout.close()  # type: ignore[union-attr]
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()  # type: ignore[union-attr]


def read_sound(
    process: subprocess.Popen[bytes],
    stop: threading.Event,
    timeout_seconds: float,
) -> Iterator[SoundBlock]:
    """Yields what a process records, until `stop` is set.

    Args:
        process: Process of `recording_process`.
        stop: Looked at four times a second.
        timeout_seconds: Longest silence.

    Raises:
        SourceFault: If the process ends, or says nothing for as long.
    """
    held = bytearray()
    format = {"rate": 0, "channels": 1}
    pipe = process.stdout.fileno()  # type: ignore[union-attr]
    try:
        for content in read_pipe(pipe, stop, timeout_seconds, START_SECONDS):
            held += content
            while len(held) >= HEADER.size:
                kind, length = HEADER.unpack_from(held)
                end = HEADER.size + length
                if len(held) < end:
                    break
                message = bytes(held[HEADER.size : end])
                del held[:end]
                if kind == b"E":
                    raise SourceFault(message.decode("utf-8", "replace"))
                if kind == b"F":
                    format = json.loads(message)
                    continue
                samples = np.frombuffer(message, "<f4")
                samples = samples.reshape(-1, format["channels"])
                yield SoundBlock(samples, format["rate"], kind == b"O")
    except TimeoutError:
        raise SourceFault(f"no sound for {timeout_seconds:g} s") from None
    if not stop.is_set():
        status = process.wait()
        ending = f"with status {status}"
        if status < 0:
            ending = f"by signal {signal.Signals(-status).name}"
        raise SourceFault(f"its process ended {ending}")
