"""A Zenodo record: its files, and the archive of each machine."""

import dataclasses
import re
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

# Algorithm to the number of hexadecimal digits.
_DIGITS = {"md5": 32, "sha1": 40, "sha256": 64, "sha512": 128}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._()+-]*")
# dev_data_fan.zip, dev_fan.zip, eval_data_train_fan.zip (2020) and
# eval_data_fan_train_r2.zip; r2 stands for a second revision.
_ARCHIVE_NAME = re.compile(
    r"(?:dev|eval)(?:_data)?(?:_(?:train|test))?_(?P<machine>[A-Za-z0-9]+)"
    r"(?:_(?:train|test))?(?:_r(?P<revision>[0-9]{1,3}))?\.zip",
    re.IGNORECASE,
)


@dataclasses.dataclass(frozen=True)
class RecordFile:
    """A file of a record.

    Args:
        name: Name, without a folder.
        size: Size in bytes.
        checksum: Algorithm and digest, such as `"md5:0cc1..."`.
        link: URL of its content, relative to the server.

    >>> RecordFile("a.zip", 1, "md5:" + 32 * "0", "/a.zip").checksum[:6]
    'md5:00'
    """

    name: str
    size: int
    checksum: str
    link: str = dataclasses.field(compare=False)


@dataclasses.dataclass(frozen=True)
class Record:
    """A record and its files by name.

    >>> Record(1, "Fans", {}).title
    'Fans'
    """

    number: int
    title: str
    files: dict[str, RecordFile]


def parse_record(number: int, answer: Any, server: str) -> Record:
    """Reads the JSON of a record, of either shape that Zenodo answers with.

    `files` is a list of `{key, size, checksum, links: {self}}`, or holds
    such entries in `entries`, by name, with `links: {content}`.

    Args:
        number: Number of the record.
        answer: What the server's JSON says.
        server: URL that the answer came from; links are relative to it.

    Raises:
        ValueError: If it is no record, lists no files, or one that cannot
            be stored or verified.

    >>> file = {"key": "a.zip", "size": 3, "checksum": "md5:" + 32 * "0",
    ...         "links": {"self": "https://zenodo.org/api/a.zip/content"}}
    >>> record = parse_record(7, {"files": [file]}, "https://zenodo.org")
    >>> record.files["a.zip"].link
    '/api/a.zip/content'
    """
    files = answer.get("files") if isinstance(answer, dict) else None
    if isinstance(files, dict):
        files = files.get("entries")
    if isinstance(files, dict):
        files = [
            {"key": key, **entry} if isinstance(entry, dict) else entry
            for key, entry in files.items()
        ]
    if not isinstance(files, list) or not files:
        raise ValueError(
            "A record must list files, each with key, size, checksum and "
            f"links. Received: record {number} of {server}, which lists none. "
            "Is it restricted, or the server no Zenodo?"
        )
    parsed = [_parse_file(number, file, server) for file in files]
    metadata = answer.get("metadata")
    title = metadata.get("title") if isinstance(metadata, dict) else None
    return Record(
        number, str(title or ""), {file.name: file for file in parsed}
    )


def _parse_file(number: int, file: Any, server: str) -> RecordFile:
    try:
        name, size, checksum = file["key"], file["size"], file["checksum"]
        links = file["links"]
        link = links.get("content") or links["self"]
        algorithm, _, digest = checksum.lower().partition(":")
        is_sound = (
            _NAME.fullmatch(name)
            and isinstance(size, int)
            and size >= 0
            and len(digest) == _DIGITS.get(algorithm)
            and not set(digest) - set("0123456789abcdef")
        )
        link = _relative(link, server)
    except (AttributeError, KeyError, TypeError, ValueError):
        is_sound = False
    if not is_sound:
        raise ValueError(
            "Every file of a record must have a plain name, a size in bytes, "
            f"a checksum ({', '.join(_DIGITS)}) and a link. Received: "
            f"{str(file)[:300]} in record {number} of {server}. Is it Zenodo, "
            "or a mirror of it?"
        )
    return RecordFile(name, size, f"{algorithm}:{digest}", link)


def _relative(link: str, server: str) -> str:
    """A link without its server: a mirror may keep those to Zenodo."""
    if link.startswith(f"{server}/"):
        return link[len(server) :]
    split = urlsplit(link)
    if split.scheme not in ("http", "https") or not split.path:
        raise ValueError(link)
    return split.path + (f"?{split.query}" if split.query else "")


def find_machine_archives(
    files: Mapping[str, RecordFile], machines: Iterable[str]
) -> dict[str, RecordFile]:
    """Finds the archive of every machine in a record, of the last revision.

    Args:
        files: Files of the record by name.
        machines: Known names, whose spelling is kept.

    Returns:
        Files by machine, sorted. Files that are no machine's are left out.

    >>> names = ["dev_fan.zip", "dev_ToyCar.zip", "dev_ToyCar_r2.zip", "a.pdf"]
    >>> files = {name: RecordFile(name, 1, "", "") for name in names}
    >>> found = find_machine_archives(files, ["ToyCar"])
    >>> {machine: file.name for machine, file in found.items()}
    {'ToyCar': 'dev_ToyCar_r2.zip', 'fan': 'dev_fan.zip'}
    """
    spelling = {machine.casefold(): machine for machine in machines}
    found: dict[str, tuple[int, RecordFile]] = {}
    for name, file in files.items():
        if match := _ARCHIVE_NAME.fullmatch(name):
            machine = match["machine"]
            machine = spelling.get(machine.casefold(), machine)
            revision = int(match["revision"] or 1)
            if machine not in found or revision > found[machine][0]:
                found[machine] = (revision, file)
    return {machine: file for machine, (_, file) in sorted(found.items())}
