"""Container formats of recordings: whole WAV, FLAC, Ogg and MP3."""

from typing import BinaryIO

from pipelines.audio.flac import find_flac_fault
from pipelines.audio.mp3 import find_mp3_fault
from pipelines.audio.ogg import find_ogg_fault
from pipelines.audio.riff import WAV_NAMES
from pipelines.audio.riff import find_wav_fault


def find_container_fault(file: BinaryIO) -> str | None:
    """Returns why a recording is not one whole WAV, FLAC, Ogg or MP3.

    libsndfile reads many more formats, which are refused here, and without an
    error a truncated WAV or Ogg, a header that contradicts itself, and the
    first of several recordings one behind the other.

    Args:
        file: Recording, open for reading.

    Returns:
        Reason to refuse it, or `None`.

    Raises:
        OSError: If it cannot be read.

    >>> import io
    >>> find_container_fault(io.BytesIO())
    'empty: 0 bytes'
    """
    file.seek(0)
    head = file.read(12)
    if not head:
        return "empty: 0 bytes"
    if head[:4] in WAV_NAMES and head[8:] == b"WAVE":
        return find_wav_fault(file)
    if head.startswith(b"OggS"):
        return find_ogg_fault(file)
    if head.startswith(b"fLaC"):
        return find_flac_fault(file)
    if is_mp3(head):
        return find_mp3_fault(file)
    return f"not audio: no WAV, FLAC, Ogg or MP3 begins with {head!r}"


def is_mp3(head: bytes) -> bool:
    """Whether a recording of this beginning is taken for MP3.

    >>> is_mp3(b"ID3")
    True
    """
    is_frame = head[:1] == b"\xff" and head[1:2] >= b"\xe0"
    return is_frame or head.startswith(b"ID3")
