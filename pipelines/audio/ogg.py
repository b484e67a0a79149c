"""Ogg pages: whether a recording reaches its end.

libsndfile reads a truncated Ogg silently up to its last whole page; only
the end-of-stream flag of the last page tells that none is missing.
"""

import pathlib

PAGE_HEADER_BYTES = 27
END_OF_STREAM = 4


def find_ogg_fault(path: pathlib.Path) -> str | None:
    """Returns why an Ogg recording is not whole.

    Args:
        path: Recording that begins with `OggS`.

    Returns:
        Reason to refuse the recording, or `None`.

    Reference: RFC 3533, section 6, https://www.rfc-editor.org/rfc/rfc3533

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "cut.ogg")
    ...     _ = path.write_bytes(b"OggS" + bytes(10))
    ...     find_ogg_fault(path)
    'truncated: its last Ogg page is not whole'
    """
    num_bytes = path.stat().st_size
    position = 0
    flags = 0
    with path.open("rb") as file:
        while position < num_bytes:
            file.seek(position)
            header = file.read(PAGE_HEADER_BYTES)
            if not header.startswith(b"OggS"):
                return f"damaged: no Ogg page begins at byte {position}"
            if len(header) < PAGE_HEADER_BYTES:
                return "truncated: its last Ogg page is not whole"
            flags, num_segments = header[5], header[26]
            segments = file.read(num_segments)
            position += PAGE_HEADER_BYTES + num_segments + sum(segments)
            if len(segments) < num_segments or position > num_bytes:
                return "truncated: its last Ogg page is not whole"
    if not flags & END_OF_STREAM:
        return "truncated: its last Ogg page does not end the stream"
    return None
