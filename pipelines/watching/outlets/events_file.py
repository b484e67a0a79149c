"""File of events, one JSON object a line, rotated by size."""

import json
import os
import pathlib

from pipelines.files.disk import explaining_full_disk
from pipelines.watching.events import Event

MAX_BYTES = 10_000_000
NUM_KEPT = 5
# An event is far shorter.
TAIL_BYTES = 2**20


class EventsFile:
    """Appends events to a file, whole lines only, each of them once.

    The file itself says which event it has last, so that after a kill none
    is written twice; the line that a power cut tore is removed on the next
    start. Every line is on the disk when `send` returns.

    Args:
        path: File; older ones beside it end in `.1`, `.2` and so on.
        max_bytes: Size that a file is not to exceed.
        num_kept: Number of older files that are kept.

    Raises:
        ValueError: If it is no plain file, or has lines that are no events.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "events.jsonl")
    >>> file = EventsFile(path)
    >>> file.send(Event("started", 0.0, message="Listens.", index=7))
    >>> path.read_text()
    '{"index": 7, "time": "1970-01-01T00:00:00.000Z", "kind": "started", ...
    >>> EventsFile(path).received()
    7
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        max_bytes: int = MAX_BYTES,
        num_kept: int = NUM_KEPT,
    ):
        self.path = pathlib.Path(path)
        self.name = f"file {self.path.absolute()}"
        self.max_bytes = max_bytes
        self.num_kept = num_kept
        if self.path.exists() and not self.path.is_file():
            raise ValueError(
                "A file of events must be a plain file. Received: "
                f"{self.path}. Events are printed without one, too."
            )
        self.path.parent.mkdir(parents=True, exist_ok=True)
        _cut_torn_line(self.path)
        self._last = _last_index(self.path)
        if self._last is None:
            self._last = _last_index(self._older(1))

    def received(self) -> int | None:
        """Index of the last event in the file, `None` without one."""
        return self._last

    def send(self, event: Event) -> None:
        """Appends an event.

        Raises:
            OSError: If it cannot be written; the file is as it was.
        """
        line = event.to_json().encode() + b"\n"
        with explaining_full_disk(self.path, len(line)):
            self._rotate(len(line))
            self._append(line)
        self._last = event.index

    def close(self) -> None:
        """Does nothing: no file stays open between two events."""

    def _append(self, line: bytes) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        descriptor = os.open(self.path, flags, 0o640)
        try:
            size = os.fstat(descriptor).st_size
            try:
                if os.write(descriptor, line) < len(line):
                    # The rest of it says what is wrong, such as a full disk.
                    os.ftruncate(descriptor, size)
                    raise OSError(f"{self.path}: only part was written")
                os.fsync(descriptor)
            except OSError:
                os.ftruncate(descriptor, size)
                raise
        finally:
            os.close(descriptor)

    def _rotate(self, num_bytes: int) -> None:
        """Moves files on, the oldest first: a kill between leaves a gap."""
        size = self.path.stat().st_size if self.path.exists() else 0
        if not size or size + num_bytes <= self.max_bytes:
            return
        if not self.num_kept:
            self.path.unlink()
            return
        for number in range(self.num_kept - 1, -1, -1):
            if self._older(number).exists():
                os.replace(self._older(number), self._older(number + 1))

    def _older(self, number: int) -> pathlib.Path:
        return self.path.with_name(
            f"{self.path.name}.{number}" if number else self.path.name
        )


def _read_tail(path: pathlib.Path) -> bytes:
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - TAIL_BYTES))
            return file.read(TAIL_BYTES)
    except FileNotFoundError:
        return b""


def _cut_torn_line(path: pathlib.Path) -> None:
    """Removes what follows the last whole line."""
    tail = _read_tail(path)
    # Where the power was cut, some file systems leave zeros.
    whole = tail[: tail.rfind(b"\n", 0, len(tail.rstrip(b"\0"))) + 1]
    if len(whole) < len(tail):
        os.truncate(path, path.stat().st_size - len(tail) + len(whole))


def _last_index(path: pathlib.Path) -> int | None:
    lines = _read_tail(path).splitlines()
    if not lines:
        return None
    try:
        return int(json.loads(lines[-1])["index"])
    except (ValueError, KeyError, TypeError):
        raise ValueError(
            "A file of events must have one event a line. Received: "
            f"{path}, whose last line is none. Name another file."
        ) from None
