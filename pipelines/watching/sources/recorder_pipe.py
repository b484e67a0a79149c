"""Pipe from a recording process: the process's end of it.

It needs the standard library alone, so that the process begins at once and
stays small. A message is a letter, the number of its bytes, and these: `F` for
format, `S` for sound, `O` for sound before which some was lost, `E` for why
the process ends.
"""

import json
import os
import struct
import sys
import threading
from collections.abc import Callable
from typing import Any

HEADER = struct.Struct("<cI")


class RecorderPipe:
    """What a recording process writes to.

    Args:
        number: File descriptor.

    >>> reader, writer = os.pipe()
    >>> with RecorderPipe(writer) as pipe:
    ...     pipe.tell_format(16_000, 1)
    >>> os.read(reader, 99)[HEADER.size :]
    b'{"rate": 16000, "channels": 1}'
    >>> os.close(reader)
    """

    def __init__(self, number: int):
        self._file = os.fdopen(number, "wb")

    def __enter__(self) -> "RecorderPipe":
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def tell_format(self, rate: int, channels: int) -> None:
        """Tells the format of the sound that follows."""
        format = {"rate": rate, "channels": channels}
        self._write(b"F", json.dumps(format).encode())

    def write_sound(self, samples: bytes, has_gap: bool = False) -> None:
        """Writes interleaved float32 samples."""
        self._write(b"O" if has_gap else b"S", samples)

    def tell_error(self, reason: str) -> None:
        """Tells why it ends."""
        self._write(b"E", reason.encode("utf-8", "backslashreplace"))

    def _write(self, kind: bytes, content: bytes) -> None:
        self._file.write(HEADER.pack(kind, len(content)) + content)
        self._file.flush()


def run_recorder(
    record: Callable[[dict[str, Any], RecorderPipe], None],
) -> None:
    """Runs a recording process: its request comes on standard input.

    It ends with its parent, however that ends.

    Args:
        record: Records by a request until it fails.
    """
    pipe = RecorderPipe(os.dup(1))
    # Whatever a library prints is no message.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    request = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        record(request, pipe)
        pipe.tell_error("its sound has ended")
    except BrokenPipeError:
        pass
    except Exception as error:  # The parent's word is an event.
        words = getattr(error, "strerror", None) or str(error)
        pipe.tell_error(words or type(error).__name__)


def _end_with_parent() -> None:
    os.read(0, 1)
    os._exit(0)
