"""An archive from the server to the disk, however often the line is cut."""

import os
import pathlib
import time

import pooch
import requests
import tqdm

from pipelines.datasets.download.record import RecordFile
from pipelines.datasets.download.server import PAUSES_SECONDS
from pipelines.datasets.download.server import Server

# A cut loses what has come of a piece.
_PIECE_BYTES = 1 << 14
# Less than this between two cuts does not count as getting on.
_PROGRESS_BYTES = 1 << 20


def fetch_archive(
    server: Server, file: RecordFile, folder: str | os.PathLike[str]
) -> pathlib.Path:
    """Downloads a file of a record, unless it is there, and verifies it.

    What a cut or killed download left (`.<name>.<checksum>.part`) is gone
    on with by HTTP Range; where the server has none, anew. A file whose
    checksum is wrong is deleted.

    Args:
        server: Where from.
        file: Name, size and checksum that it must have.
        folder: Where to. It is made.

    Returns:
        Where the file lies.

    Raises:
        ConnectionError: If the line is cut time and again.
        FileNotFoundError: If the server has no such file.
        ValueError: If what came is not the file that the record tells of.

    >>> import tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.zip").write_bytes(b"abc")
    >>> file = RecordFile(
    ...     "a.zip", 3, "md5:900150983cd24fb0d6963f7d28e17f72", "/a.zip")
    >>> fetch_archive(Server("http://localhost:1"), file, folder).name
    'a.zip'
    """
    folder = pathlib.Path(folder)
    part = partial_path(folder, file)
    # What pooch leaves behind when it is killed: nothing, or all of it.
    for rest in folder.glob("tmp????????"):
        if not rest.is_file() or rest.stat().st_size not in (0, file.size):
            continue
        if rest.stat().st_size and not part.exists():
            rest.rename(part)
        rest.unlink(missing_ok=True)
    pooch.get_logger().setLevel("WARNING")
    store = pooch.create(
        path=folder,
        base_url=server.url,
        registry={file.name: file.checksum},
        urls={file.name: server.url + file.link},
    )

    def download(url: str, output_file: str, _: object) -> None:
        _download(server, file, part)
        if (
            pooch.file_hash(str(part), file.checksum.partition(":")[0])
            != (file.checksum.partition(":")[2])
        ):
            part.unlink()
            raise ValueError(
                "An archive must have the checksum that its record tells. "
                f"Received: {url} with another one than {file.checksum}. It "
                "is deleted: run again, or take another `--mirror`."
            )
        os.replace(part, output_file)

    return pathlib.Path(store.fetch(file.name, downloader=download))


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


def _download(server: Server, file: RecordFile, part: pathlib.Path) -> None:
    """Goes on until `part` has all bytes, or does not grow any more."""
    best = _size(part)
    failures = 0
    with tqdm.tqdm(
        desc=file.name,
        total=file.size,
        initial=best,
        unit="B",
        unit_scale=True,
        disable=None,
    ) as progress:
        while True:
            try:
                _go_on(server, file, part, progress)
                return
            except ConnectionError:
                has_grown = _size(part) - best >= _PROGRESS_BYTES
                best = max(best, _size(part))
                failures = 0 if has_grown else failures + 1
                if failures > len(PAUSES_SECONDS):
                    raise
                time.sleep(PAUSES_SECONDS[max(failures - 1, 0)])


def _go_on(
    server: Server, file: RecordFile, part: pathlib.Path, progress: tqdm.tqdm
) -> None:
    offset = _size(part)
    if offset > file.size:
        part.unlink()
        offset = 0
    if offset == file.size and part.exists():
        return
    with server.get(file.link, offset) as response:
        has_begun = _begins_at(response, offset)
        if response.status_code == 416 or (
            response.status_code == 206 and not has_begun
        ):
            part.unlink(missing_ok=True)
            raise _cut(file, 0)
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
            except requests.RequestException as error:
                raise _cut(file, offset) from error
    if offset < file.size:
        raise _cut(file, offset)


def _begins_at(response: requests.Response, offset: int) -> bool:
    start = response.headers.get("Content-Range", "").partition("-")[0]
    return response.status_code == 206 and start == f"bytes {offset}"


def _size(path: pathlib.Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _cut(file: RecordFile, num_bytes: int) -> ConnectionError:
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
