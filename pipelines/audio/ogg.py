"""Ogg pages: whether a recording reaches its end, and ends there.

libsndfile reads a truncated Ogg silently up to its last whole page; only
the end-of-stream flag of the last page tells that none is missing. Of several
recordings one behind the other it reads the first.
"""

import os
from typing import BinaryIO

PAGE_HEADER_BYTES = 27
BEGIN_OF_STREAM = 2
END_OF_STREAM = 4


def find_ogg_fault(file: BinaryIO) -> str | None:
    """Returns why an Ogg recording is not whole, or not one.

    Args:
        file: Recording that begins with `OggS`.

    Returns:
        Reason to refuse the recording, or `None`.

    Reference: RFC 3533, section 6, https://www.rfc-editor.org/rfc/rfc3533

    >>> import io
    >>> find_ogg_fault(io.BytesIO(b"OggS" + bytes(10)))
    'truncated: its last Ogg page is not whole'
    """
    num_bytes = file.seek(0, os.SEEK_END)
    position = 0
    flags = BEGIN_OF_STREAM
    while position < num_bytes:
        file.seek(position)
        header = file.read(PAGE_HEADER_BYTES)
        if not header.startswith(b"OggS"):
            return f"damaged: no Ogg page begins at byte {position}"
        if len(header) < PAGE_HEADER_BYTES:
            return "truncated: its last Ogg page is not whole"
        if header[5] & BEGIN_OF_STREAM and not flags & BEGIN_OF_STREAM:
            return f"several recordings: a second begins at byte {position}"
        flags, num_segments = header[5], header[26]
        segments = file.read(num_segments)
        position += PAGE_HEADER_BYTES + num_segments + sum(segments)
        if len(segments) < num_segments or position > num_bytes:
            return "truncated: its last Ogg page is not whole"
    if not flags & END_OF_STREAM:
        return "truncated: its last Ogg page does not end the stream"
    return None
