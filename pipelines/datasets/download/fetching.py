"""Download of an archive that resumes after a broken connection."""

import hashlib
import os
import pathlib

import requests
import tqdm

from pipelines.datasets.download.record import RecordFile
from pipelines.datasets.download.server import Server

# A broken connection loses what has come of a piece.
_PIECE_BYTES = 1 << 14
# A connection that brings less counts as a failure.
_PROGRESS_BYTES = 1 << 20


def fetch_archive(
    server: Server, file: RecordFile, folder: str | os.PathLike[str]
) -> pathlib.Path:
    """Downloads a file of a record, unless it is there, and verifies it.

    A part that a broken download left (`.<name>.<checksum>.part`) is
    continued by HTTP Range; where the server has none, anew. A file whose
    checksum is wrong is deleted.

    Args:
        server: Server of the record.
        file: Name, size and checksum that it must have.
        folder: Folder to write to. It is made.

    Returns:
        Path of the file.

    Raises:
        ConnectionError: If the server does not answer, or the connection
            breaks again and again.
        FileNotFoundError: If the server has no such file.
        ValueError: If size or checksum are not those of the record.

    >>> import tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.zip").write_bytes(b"abc")
    >>> file = RecordFile(
    ...     "a.zip", 3, "md5:900150983cd24fb0d6963f7d28e17f72", "/a.zip")
    >>> fetch_archive(Server("http://localhost:1"), file, folder).name
    'a.zip'
    """
    path = pathlib.Path(folder, file.name)
    if path.exists() and _is_whole(path, file):
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    part = partial_path(folder, file)
    _download(server, file, part)
    if not _is_whole(part, file):
        part.unlink()
        raise ValueError(
            "An archive must have the checksum that its record tells. "
            f"Received: {server.url}{file.link} with another one than "
            f"{file.checksum}. It is deleted: run again, or take another "
            "`--mirror`."
        )
    os.replace(part, path)
    return path


def partial_path(
    folder: str | os.PathLike[str], file: RecordFile
) -> pathlib.Path:
    """Where the beginning of a file lies until the whole is there.

    >>> file = RecordFile("a.zip", 3, "md5:900150983cd24fb0", "/a.zip")
    >>> partial_path("x", file).as_posix()
    'x/.a.zip.90015098.part'
    """
    digest = file.checksum.partition(":")[2]
    return pathlib.Path(folder, f".{file.name}.{digest[:8]}.part")


def _is_whole(path: pathlib.Path, file: RecordFile) -> bool:
    algorithm, _, digest = file.checksum.partition(":")
    with path.open("rb") as content:
        return hashlib.file_digest(content, algorithm).hexdigest() == digest


def _download(server: Server, file: RecordFile, part: pathlib.Path) -> None:
    """Continues until `part` has all bytes, or does not grow any more."""
    best = _size(part)
    retries = server.retries
    with tqdm.tqdm(
        desc=file.name,
        total=file.size,
        initial=best,
        unit="B",
        unit_scale=True,
        disable=None,
    ) as progress:
        while not _continue(server, file, part, progress):
            size = _size(part)
            if size - best >= _PROGRESS_BYTES:
                retries = server.retries
            best = max(best, size)
            if not retries.total:
                raise _broken(file, size)
            retries = retries.increment()
            retries.sleep()


def _continue(
    server: Server, file: RecordFile, part: pathlib.Path, progress: tqdm.tqdm
) -> bool:
    """Appends what one request brings; whether `part` has all bytes then."""
    offset = _size(part)
    if offset > file.size:
        part.unlink()
        offset = 0
    if offset == file.size and part.exists():
        return True
    with server.get(file.link, offset) as response:
        has_begun = _begins_at(response, offset)
        if response.status_code in (206, 416) and not has_begun:
            part.unlink(missing_ok=True)
            return False
        if not has_begun:
            offset = 0
        with part.open("r+b" if offset else "wb") as output:
            output.seek(offset)
            progress.n = offset
            progress.refresh()
            try:
                for piece in response.iter_content(_PIECE_BYTES):
                    offset += len(piece)
                    if offset > file.size:
                        raise _too_long(file)
                    output.write(piece)
                    progress.update(len(piece))
            except requests.RequestException:
                return False
    return offset == file.size


def _begins_at(response: requests.Response, offset: int) -> bool:
    start = response.headers.get("Content-Range", "").partition("-")[0]
    return response.status_code == 206 and start == f"bytes {offset}"


def _size(path: pathlib.Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _broken(file: RecordFile, num_bytes: int) -> ConnectionError:
    return ConnectionError(
        "An archive must come whole. Received: "
        f"{num_bytes} of {file.size} bytes of {file.name}, again and again. "
        "Run the same command later: it goes on where it stopped."
    )


def _too_long(file: RecordFile) -> ValueError:
    return ValueError(
        "An archive must be as long as its record tells. Received: more than "
        f"{file.size} bytes of {file.name}. Take another `--mirror`."
    )
