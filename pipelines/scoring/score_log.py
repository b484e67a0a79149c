"""Score log: the rows of a table in the making, safe against kills."""

import contextlib
import json
import os
import pathlib
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import BinaryIO

from pipelines import atomic
from pipelines.scoring.batch_scoring import Row


class ScoreLog:
    """Rows of scores in a file that a kill at any moment leaves usable.

    Its first line has the facts that the scores depend on, every other line
    the rows of a block. A line that a kill has cut off never counts.

    Args:
        file: File open for reading and appending; see `open_score_log`.
        path: Path of the file.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "scores.csv.partial")
    >>> with path.open("a+b") as file:
    ...     log = ScoreLog(file, path)
    ...     log.bind({"model": "a"})
    ...     log.append([{"clip": "a.wav"}])
    ...     list(log.rows())
    [{'clip': 'a.wav'}]
    """

    def __init__(self, file: BinaryIO, path: pathlib.Path):
        self._file = file
        self.path = path

    def append(self, rows: Sequence[Row]) -> None:
        """Adds a block, which is on the disk when this returns."""
        self._write(rows)

    def rows(self) -> Iterator[Row]:
        """All rows, in their order, a block at a time in memory."""
        self._file.seek(0)
        self._file.readline()
        for line in self._file:
            yield from self._parse(line)

    def match(self, paths: Sequence[str]) -> tuple[int, int]:
        """Returns where to resume in a list of clips.

        Args:
            paths: Paths of all clips; those that have rows must come first.

        Returns:
            Index of the last clip that has rows, and their number; zeros if
            none has.

        Raises:
            ValueError: If they are not.
        """
        index, count = -1, 0
        for row in self.rows():
            if index >= 0 and row["clip"] == paths[index]:
                count += 1
                continue
            index, count = index + 1, 1
            if index == len(paths) or row["clip"] != paths[index]:
                raise ValueError(
                    "The clips that were scored before must come first again. "
                    f"Received: {row['clip']} in {self.path}, and "
                    f"{paths[index] if index < len(paths) else 'no clip'} in "
                    f"its place now. Remove {self.path} to begin anew."
                )
        return max(index, 0), count

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
            self._write(facts)
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

    def _write(self, value: Any) -> None:
        self._file.write(_line(value))
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


def _line(value: Any) -> bytes:
    """In one line, whatever the names of the clips are."""
    return json.dumps(value).encode("ascii") + b"\n"


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
    ...         log.append([{"clip": "a.wav"}])
    >>> len(path.read_text().splitlines())
    3
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        if not atomic.lock(file):
            raise ValueError(
                "One process at a time may write a table of scores. Received: "
                f"{path}, which another one is writing. Wait for its end, or "
                "stop it."
            )
        log = ScoreLog(file, path)
        log.bind(facts)
        yield log
