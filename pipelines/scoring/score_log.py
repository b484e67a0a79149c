"""Score log: the rows of a table in the making, safe against kills."""

import contextlib
import dataclasses
import json
import os
import pathlib
import zlib
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import BinaryIO

from pipelines import atomic
from pipelines.audio.recording_state import RecordingState
from pipelines.audio.recording_state import has_changed
from pipelines.files.disk import explaining_full_disk
from pipelines.scoring.batch_scoring import Row


class ScoreLog:
    """Rows of scores in a file that a kill at any moment leaves usable.

    Its first line has the facts that the scores depend on, every other line
    the rows of a block, and what the recordings were when they were read. The
    line of a clip that was scored again stands for the rows that it had. A
    line that a kill has cut off never counts, and one with a flipped bit is
    found by its checksum.

    Args:
        file: File open for reading and appending; see `open_score_log`.
        path: Path of the file.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "scores.csv.partial")
    >>> with path.open("a+b") as file:
    ...     log = ScoreLog(file, path)
    ...     log.bind({"model": "a"})
    ...     log.append([{"clip": "a.wav"}], {"a.wav": None})
    ...     list(log.rows())
    [{'clip': 'a.wav'}]
    """

    def __init__(self, file: BinaryIO, path: pathlib.Path):
        self._file = file
        self.path = path

    def append(
        self,
        rows: Sequence[Row],
        states: Mapping[str, RecordingState | None],
        is_again: bool = False,
    ) -> None:
        """Adds a block, which is on the disk when this returns.

        Args:
            rows: Rows of the block.
            states: What the recording of each clip was when it was read.
            is_again: Whether these are all rows of a clip that has some.
        """
        plain = {
            clip: None if state is None else dataclasses.astuple(state)
            for clip, state in states.items()
        }
        block = {"rows": rows, "states": plain, "is_again": is_again}
        self._write(_with_checksum(_line(block)))

    def rows(self) -> Iterator[Row]:
        """All rows, in their order, a block at a time in memory."""
        again = self._scored_again()
        for block in self._blocks():
            if block["is_again"]:
                continue
            for row in block["rows"]:
                if row["clip"] in again:
                    yield from again[row["clip"]]["rows"]
                    again[row["clip"]] = {"rows": []}
                else:
                    yield row

    def changed_clips(self, verify: bool = False) -> list[str]:
        """Clips with rows whose recordings have changed since.

        Args:
            verify: Whether all recordings are read and compared.
        """
        again = self._scored_again()
        found = set()
        for block in self._blocks():
            for clip in block["states"]:
                state = again.get(clip, block)["states"][clip]
                before = None if state is None else RecordingState(*state)
                if clip not in found and has_changed(clip, before, verify):
                    found.add(clip)
        return sorted(found)

    def match(self, paths: Sequence[str]) -> tuple[int, int]:
        """Returns where to resume in a list of clips.

        Args:
            paths: Paths of all clips; those that have rows must come first.

        Returns:
            Index of the clip to resume at, and the number of rows that it has.

        Raises:
            ValueError: If they are not.
        """
        index, count = -1, 0
        for block in self._blocks():
            for row in () if block["is_again"] else block["rows"]:
                if index >= 0 and row["clip"] == paths[index]:
                    count += 1
                    continue
                index, count = index + 1, 1
                if index == len(paths) or row["clip"] != paths[index]:
                    now = paths[index] if index < len(paths) else "no clip"
                    raise ValueError(
                        "The clips that were scored before must come first "
                        f"again. Received: {row['clip']} in {self.path}, and "
                        f"{now} in its place now. Remove {self.path} to begin "
                        "anew."
                    )
        if index >= 0 and paths[index] in self._scored_again():
            # It was scored whole, whatever it had before.
            return index + 1, 0
        return max(index, 0), count

    def _scored_again(self) -> dict[str, Any]:
        """The last block of each clip that was scored again."""
        return {
            block["rows"][0]["clip"]: block
            for block in self._blocks()
            if block["is_again"]
        }

    def _blocks(self) -> Iterator[dict[str, Any]]:
        self._file.seek(0)
        self._file.readline()
        for line in self._file:
            _, _, content = line.partition(b" ")
            if _with_checksum(content) != line:
                raise self._damage()
            yield json.loads(content)

    def bind(self, facts: Mapping[str, Any]) -> None:
        """Writes the facts that the scores depend on, or compares them.

        Raises:
            ValueError: If the log was begun with other facts, or the file is
                no log; it is not changed then.
        """
        self._file.seek(0)
        line = self._file.readline()
        if _line(facts).startswith(line) and not line.endswith(b"\n"):
            # Empty, or cut off before its first line was whole.
            self._file.truncate(0)
            self._write(_line(facts))
            return
        before = self._parse(line)
        if not isinstance(before, dict) or set(before) != set(facts):
            raise self._damage()
        changed = [
            f"{name}: {before.get(name)} then, {value} now"
            for name, value in facts.items()
            if before.get(name) != value
        ]
        if changed:
            raise ValueError(
                "A table of scores goes on with what it began with. Received: "
                f"{'; '.join(changed)}. Remove {self.path} to begin anew."
            )
        self._drop_torn_line()

    def _drop_torn_line(self) -> None:
        self._file.seek(0)
        end = 0
        for line in self._file:
            if line.endswith(b"\n"):
                end += len(line)
        self._file.truncate(end)

    def _write(self, line: bytes) -> None:
        self._file.write(line)
        self._file.flush()
        os.fsync(self._file.fileno())

    def _parse(self, line: bytes) -> Any:
        try:
            return json.loads(line)
        except ValueError as error:
            raise self._damage() from error

    def _damage(self) -> ValueError:
        return ValueError(
            "What an interrupted scoring left must be as it was. Received: "
            f"{self.path}, which is damaged. Remove it to begin anew."
        )


def _with_checksum(line: bytes) -> bytes:
    return b"%08x %s" % (zlib.crc32(line), line)


def _line(value: Any) -> bytes:
    """In one line, whatever the names of the clips are."""
    return json.dumps(value).encode("ascii") + b"\n"


def _is_there(file: BinaryIO, path: pathlib.Path) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    return False


@contextlib.contextmanager
def open_score_log(
    path: pathlib.Path, facts: Mapping[str, Any]
) -> Iterator[ScoreLog]:
    """Begins a log, or resumes the one that is there.

    Args:
        path: Path of the file. Its folder is made.
        facts: Plain values that the scores depend on, by name.

    Raises:
        ValueError: If another process writes it, it is damaged, or was begun
            with other facts.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "scores.csv.partial")
    >>> for _ in range(2):
    ...     with open_score_log(path, {"model": "a"}) as log:
    ...         log.append([{"clip": "a.wav"}], {"a.wav": None})
    >>> len(path.read_text().splitlines())
    3
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with explaining_full_disk(path), path.open("a+b") as file:
        # Whoever held it before may have removed it.
        if not (atomic.lock(file) and _is_there(file, path)):
            raise ValueError(
                "One process at a time may write a table of scores. Received: "
                f"{path}, which another one is writing. Wait for its end, or "
                "stop it."
            )
        log = ScoreLog(file, path)
        log.bind(facts)
        yield log
