"""Members of an archive that are safe to unpack, and their paths."""

import pathlib
import stat
import zipfile

from pipelines.datasets.recording_folder import SUFFIXES
from pipelines.datasets.tree_position import SPLITS

# Recordings shrink by a half at most; silence and bombs by a thousand times.
MAX_RATIO = 20
MAX_MEMBERS = 100_000
_FREE_BYTES = 1 << 20  # Small archives may shrink as they like.
_PLACES = (*SPLITS, "supplemental")
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


def read_members(
    archive: zipfile.ZipFile, machine: str
) -> dict[pathlib.PurePosixPath, zipfile.ZipInfo]:
    """Lists the files of an archive by their path below the machine.

    Folders above the machine (`dev_data/fan/train/1.wav`) fall away, and
    an archive that begins with `train` is taken as the machine's. Hidden
    files and `__MACOSX` are left out.

    Raises:
        ValueError: If a member would leave the folder, is a link or another
            special file, is encrypted or occurs twice, if the whole is a
            bomb, or if recordings lie where DCASE has none.

    >>> import io
    >>> archive = zipfile.ZipFile(io.BytesIO(), "w")
    >>> archive.writestr("dev_data/fan/train/1.wav", b"")
    >>> [place.as_posix() for place in read_members(archive, "fan")]
    ['train/1.wav']
    """
    _check_size(archive)
    members: dict[pathlib.PurePosixPath, zipfile.ZipInfo] = {}
    seen: set[str] = set()
    for member in archive.infolist():
        _check_member(archive, member)
        parts = member.filename.split("/")
        if member.is_dir() or any(
            part[:1] == "." or part == "__MACOSX" for part in parts
        ):
            continue
        place = pathlib.PurePosixPath(*_below_machine(parts, machine))
        if place.as_posix().casefold() in seen:
            raise _refusal(archive, member, "comes twice")
        seen.add(place.as_posix().casefold())
        is_recording = place.suffix.casefold() in SUFFIXES
        if is_recording and place.parts[0].casefold() not in _PLACES:
            raise _refusal(
                archive, member, f"lies in none of {', '.join(_PLACES)}"
            )
        members[place] = member
    return members


def _below_machine(parts: list[str], machine: str) -> list[str]:
    folders = [part.casefold() for part in parts[:-1]]
    for index in range(len(folders) - 1, -1, -1):
        if folders[index] == machine.casefold():
            return parts[index + 1 :]
    for index, folder in enumerate(folders):
        if folder in _PLACES:
            return parts[index:]
    return parts


def _check_size(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    num_bytes = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if archive.filename:
        # What the members claim may overlap.
        packed = min(packed, pathlib.Path(archive.filename).stat().st_size)
    limit = _FREE_BYTES + MAX_RATIO * packed
    if len(members) > MAX_MEMBERS or num_bytes > limit:
        raise ValueError(
            f"An archive may hold {MAX_MEMBERS} files and {MAX_RATIO} times "
            f"its own bytes. Received: {archive.filename} with {len(members)} "
            f"files and {num_bytes} bytes. It is a bomb, or no archive of "
            "recordings."
        )


def _check_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    # Not `filename`, from which zipfile has cut what follows a NUL.
    name = member.orig_filename
    parts = name.rstrip("/").split("/")
    kind = stat.S_IFMT(member.external_attr >> 16)
    if (
        not set(parts).isdisjoint({"", ".", ".."})
        or any(letter in name for letter in '\\:*?"<>|')
        or not name.isprintable()
    ):
        raise _refusal(archive, member, "would leave the folder")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _refusal(archive, member, "is a link or another special file")
    if member.flag_bits & 0x1:
        raise _refusal(archive, member, "is encrypted")
    if member.compress_type not in _METHODS:
        raise _refusal(archive, member, "is neither stored nor deflated")


def _refusal(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, reason: str
) -> ValueError:
    return ValueError(
        "An archive must hold plain recordings at `<machine>/{train,test}/`. "
        f"Received: {archive.filename}, where {member.orig_filename!r} "
        f"{reason}. Nothing of it is unpacked; look into it by hand."
    )
