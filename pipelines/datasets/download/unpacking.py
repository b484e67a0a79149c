"""Unpacking of a verified archive into the folder of a machine."""

import os
import pathlib
import shutil
import zipfile
import zlib

import tqdm

from pipelines import atomic
from pipelines.datasets.download.members import read_members
from pipelines.files.disk import check_space

_PIECE_BYTES = 1 << 20


def unpack(
    path: str | os.PathLike[str],
    machine: str,
    folder: str | os.PathLike[str],
) -> int:
    """Unpacks the archive of a machine into a folder, whole or not at all.

    A folder that is there already is taken as done if it holds all files
    of the archive in their sizes, as after a kill at the very end.

    Args:
        path: The archive, a zip.
        machine: Its machine.
        folder: Shall hold `train` and `test`, as
            `pipelines.datasets.read_clips` reads them.

    Returns:
        The number of files.

    Raises:
        FileExistsError: If the folder is there and holds something else.
        OSError: If the disk is too full.
        ValueError: If the archive is broken or not safe to unpack.

    >>> import tempfile
    >>> root = pathlib.Path(tempfile.mkdtemp())
    >>> with zipfile.ZipFile(root / "dev_fan.zip", "w") as archive:
    ...     archive.writestr("fan/train/1.wav", b"RIFF")
    >>> unpack(root / "dev_fan.zip", "fan", root / "fan")
    1
    >>> (root / "fan" / "train" / "1.wav").read_bytes()
    b'RIFF'
    """
    folder = pathlib.Path(folder)
    try:
        with zipfile.ZipFile(path) as archive:
            members = read_members(archive, machine)
            _check_recordings(members, path)
            if folder.exists():
                _check_same(folder, members, path)
                return len(members)
            num_bytes = sum(member.file_size for member in members.values())
            check_space(folder, num_bytes)
            with atomic.replacing(folder) as temporary:
                temporary.mkdir()
                for place, member in tqdm.tqdm(
                    members.items(),
                    desc=f"unpacking {pathlib.Path(path).name}",
                    unit="file",
                    disable=None,
                ):
                    target = temporary / place
                    target.parent.mkdir(parents=True, exist_ok=True)
                    with archive.open(member) as source:
                        with target.open("xb") as output:
                            shutil.copyfileobj(source, output, _PIECE_BYTES)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ValueError(
            f"An archive must be a sound zip. Received: {path} ({error}). "
            "Delete it and run again."
        ) from error
    return len(members)


def _check_recordings(
    members: dict[pathlib.PurePosixPath, zipfile.ZipInfo],
    path: str | os.PathLike[str],
) -> None:
    if not any(place.suffix.lower() == ".wav" for place in members):
        raise ValueError(
            "The archive of a machine must hold recordings. Received: "
            f"{path} with {len(members)} files, no WAV among them. Delete it, "
            "and run again with another `--mirror`."
        )


def _check_same(
    folder: pathlib.Path,
    members: dict[pathlib.PurePosixPath, zipfile.ZipInfo],
    path: str | os.PathLike[str],
) -> None:
    for place, member in members.items():
        target = folder / place
        if not target.is_file() or target.stat().st_size != member.file_size:
            raise FileExistsError(
                "Where an archive is unpacked there may be nothing else. "
                f"Received: {folder}, which lacks {place} of {path} or has "
                "another one. Move the folder away and run again."
            )
