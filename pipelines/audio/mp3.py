"""MP3 headers: the bytes that they promise against those of the recording."""

import os
import struct
from typing import BinaryIO

# Where the first frame has its header of the whole, by the version of the
# format and the number of channels.
POSITIONS = (13, 21, 36)
# More than any frame has, and than writers disagree on.
MAX_FRAME_BYTES = 4096


def find_mp3_fault(file: BinaryIO) -> str | None:
    """Returns why an MP3 recording is not one, but several.

    libsndfile hears as much as the header of the whole (Xing, Info) promises;
    where there is none it hears all.

    Args:
        file: Recording that begins with a frame or an ID3 tag.

    Returns:
        Reason to refuse the recording, or `None`.

    Reference: ISO 11172-3; id3.org/id3v2.4.0-structure, section 3.1

    >>> import io
    >>> find_mp3_fault(io.BytesIO(bytes([0xFF, 0xFB, 0x90, 0xC4]))) is None
    True
    """
    start = _skip_tags(file, 0)
    promised = _read_promise(file, start)
    if promised is None:
        return None
    end = start + promised
    left = file.seek(0, os.SEEK_END) - end
    second = _skip_tags(file, end)
    file.seek(second)
    is_frame = file.read(2) >= b"\xff\xe0" and left > MAX_FRAME_BYTES
    if is_frame or _read_promise(file, second) is not None:
        return f"several recordings: a second begins near byte {second}"
    return None


def _read_promise(file: BinaryIO, start: int) -> int | None:
    """Number of bytes by the header of the whole, if the frame has one."""
    file.seek(start)
    frame = file.read(POSITIONS[-1] + 16)
    for position in POSITIONS:
        mark, flags, _, promised = struct.unpack(
            ">4sIII", frame[position : position + 16].ljust(16, b"\0")
        )
        if mark in (b"Xing", b"Info") and flags & 3 == 3:
            return promised
    return None


def _skip_tags(file: BinaryIO, position: int) -> int:
    """Returns where a frame begins, behind tags of ID3 version 2."""
    while True:
        file.seek(position)
        head = file.read(10)
        if len(head) < 10 or not head.startswith(b"ID3"):
            return position
        size = 0
        for byte in head[6:]:
            size = size << 7 | byte & 0x7F
        position += 10 + size + (10 if head[5] & 0x10 else 0)
