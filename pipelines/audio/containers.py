"""Container formats of recordings: whole WAV, FLAC, Ogg and MP3."""

import pathlib

from pipelines.audio.riff import find_wav_fault

PAGE_HEADER_BYTES = 27
END_OF_STREAM = 4


def find_ogg_fault(path: pathlib.Path) -> str | None:
    """Returns why an Ogg recording is not whole.

    Only the end-of-stream flag of the last page shows that none is missing.

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


def find_container_fault(path: pathlib.Path) -> str | None:
    """Returns why a recording is no whole WAV, FLAC, Ogg or MP3.

    libsndfile reads many more formats, which are refused here, and reads a
    truncated WAV or Ogg without an error.

    Args:
        path: Recording.

    Returns:
        Reason to refuse it, or `None`.

    Raises:
        OSError: If it cannot be read.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "empty.wav")
    ...     path.touch()
    ...     find_container_fault(path)
    'empty: 0 bytes'
    """
    with path.open("rb") as file:
        head = file.read(12)
    if not head:
        return "empty: 0 bytes"
    if head[:4] in (b"RIFF", b"RIFX", b"RF64") and head[8:] == b"WAVE":
        return find_wav_fault(path)
    if head.startswith(b"OggS"):
        return find_ogg_fault(path)
    is_mp3_frame = head[0] == 0xFF and head[1:2] >= b"\xe0"
    if head.startswith((b"fLaC", b"ID3")) or is_mp3_frame:
        return None
    return f"not audio: no WAV, FLAC, Ogg or MP3 begins with {head!r}"
