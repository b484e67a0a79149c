"""Pinned records: names, sizes and checksums at their first use."""

import datetime
import os
import pathlib
from typing import Any

import yaml

from pipelines import atomic
from pipelines.datasets.download.record import Record
from pipelines.datasets.download.record import RecordFile

_HEADER = """\
# What Zenodo's records said when they were first used: `keras-asd download`
# refuses a record that has changed since. To take the new one, remove its
# entry here.
"""


class Pins:
    """A YAML file of names, sizes and checksums of records.

    Args:
        path: Path of the file; need not be there.

    >>> import tempfile
    >>> pins = Pins(pathlib.Path(tempfile.mkdtemp()) / "records.lock.yaml")
    >>> file = RecordFile("a.zip", 3, "md5:" + 32 * "0", "/a.zip")
    >>> pins.pin(Record(7, "Fans", {"a.zip": file}), "https://zenodo.org")
    >>> pins.read(7).files["a.zip"].size
    3
    >>> pins.check(Record(7, "Fans", {}))
    Traceback (most recent call last):
    ValueError: A record must stay as it was when it was first used. ...
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = pathlib.Path(path)

    def read(self, number: int) -> Record | None:
        """The record as it was pinned, or `None` if it was never used.

        Raises:
            ValueError: If the file is not as it was written.
        """
        if (entry := self._load().get(str(number))) is None:
            return None
        try:
            files = {
                name: RecordFile(name, **file)
                for name, file in entry["files"].items()
            }
            return Record(number, entry["title"], files)
        except (AttributeError, KeyError, TypeError) as error:
            raise self._damaged() from error

    def pin(self, record: Record, server: str) -> None:
        """Pins a record, with the server and the date."""
        entry = {
            "title": record.title,
            "server": server,
            "first_used": datetime.date.today().isoformat(),
            "files": {
                file.name: {
                    "size": file.size,
                    "checksum": file.checksum,
                    "link": file.link,
                }
                for file in record.files.values()
            },
        }
        entries = {**self._load(), str(record.number): entry}
        text = yaml.safe_dump(entries, sort_keys=False, allow_unicode=True)
        atomic.write_text(self.path, _HEADER + text)

    def check(self, record: Record) -> None:
        """Compares a record with its pin, if there is one.

        Raises:
            ValueError: If files were added or removed, or have another size
                or checksum. The message names them.
        """
        pinned = self.read(record.number)
        if pinned is None or pinned.files == record.files:
            return
        changed = sorted(
            name
            for name in {**pinned.files, **record.files}
            if pinned.files.get(name) != record.files.get(name)
        )
        raise ValueError(
            "A record must stay as it was when it was first used. Received: "
            f"record {record.number}, where {_list(changed)} came, went or "
            f"changed since {self.path} was written. Is the mirror right? If "
            f"https://zenodo.org/records/{record.number} tells of it, remove "
            f"the entry {record.number} from that file and run again."
        )

    def _load(self) -> dict[str, Any]:
        if not self.path.exists():
            return {}
        try:
            entries = yaml.safe_load(self.path.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise self._damaged() from error
        if not isinstance(entries or {}, dict):
            raise self._damaged()
        return {str(number): entry for number, entry in (entries or {}).items()}

    def _damaged(self) -> ValueError:
        return ValueError(
            "The pins must be as they were written. Received: "
            f"{self.path}, which cannot be read. Remove it to pin the records "
            "anew."
        )


def _list(names: list[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more
