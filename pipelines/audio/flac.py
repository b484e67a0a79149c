"""FLAC streams: whether there is one."""

import os
from typing import BinaryIO

# The mark of a stream and the head of its first block, of 34 bytes, which is
# the last one or not. So many bytes do not come up by chance.
BEGINNINGS = (b"fLaC\x00\x00\x00\x22", b"fLaC\x80\x00\x00\x22")
PART_BYTES = 2**20


def find_flac_fault(file: BinaryIO) -> str | None:
    """Returns why a FLAC recording is not one, but several.

    libsndfile reads the first of several recordings one behind the other.

    Args:
        file: Recording that begins with `fLaC`.

    Returns:
        Reason to refuse the recording, or `None`.

    Reference: RFC 9639, section 8, https://www.rfc-editor.org/rfc/rfc9639

    >>> import io
    >>> clip = BEGINNINGS[1] + bytes(34)
    >>> find_flac_fault(io.BytesIO(clip + clip))
    'several recordings: a second begins at byte 42'
    """
    num_bytes = file.seek(0, os.SEEK_END)
    overlap = len(BEGINNINGS[0]) - 1
    for start in range(1, num_bytes, PART_BYTES):
        file.seek(start)
        part = file.read(PART_BYTES + overlap)
        for beginning in BEGINNINGS:
            if (found := part.find(beginning)) >= 0:
                second = start + found
                return f"several recordings: a second begins at byte {second}"
    return None
