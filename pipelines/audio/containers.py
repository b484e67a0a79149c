"""Container formats of recordings: whole WAV, FLAC, Ogg and MP3."""

import pathlib

from pipelines.audio.ogg import find_ogg_fault
from pipelines.audio.riff import find_wav_fault


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
