"""WAV headers: the sizes they promise against those of the recording.

libsndfile reads a truncated WAV silently up to its end, so that only the
header shows that something is missing.
"""

import os
import pathlib
import struct
from typing import BinaryIO

BARE_HEADER_BYTES = 44
# Writers that cannot go back to fill the size in leave one of these:
# ffmpeg 0xFFFFFFFF, SoX 0x7FFFF000 and a little more.
MIN_STREAMING_SIZE = 0x7FFFF000
MAX_CHUNKS = 10_000


def find_wav_fault(path: pathlib.Path) -> str | None:
    """Returns why the sizes in a WAV header do not fit the recording.

    Args:
        path: Recording that begins with `RIFF`, `RIFX` or `RF64`.

    Returns:
        Reason to refuse the recording, or `None`.

    >>> import pathlib, tempfile
    >>> header = bare_header(1, 16000, 16, num_data_bytes=320000)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "cut.wav")
    ...     _ = path.write_bytes(header + bytes(1000))
    ...     find_wav_fault(path)
    'truncated: the header promises 320000 bytes of sound, 1000 are there'
    """
    with path.open("rb") as file:
        order = ">" if file.read(12).startswith(b"RIFX") else "<"
        num_bytes = os.fstat(file.fileno()).st_size
        large_size = None
        position = 12
        for _ in range(MAX_CHUNKS):
            header = _read_at(file, position, 8)
            if len(header) < 8:
                return "truncated: the header ends before any sound"
            name, size = struct.unpack(order + "4sI", header)
            position += 8
            if name == b"ds64":
                sizes = _read_at(file, position, 16)
                if len(sizes) == 16:
                    large_size = struct.unpack(order + "8xQ", sizes)[0]
            if name == b"data":
                if size == 0xFFFFFFFF and large_size is not None:
                    size = large_size
                elif size >= MIN_STREAMING_SIZE:
                    size = num_bytes - position
                return _find_data_fault(size, num_bytes - position)
            position += size + size % 2
    return f"not audio: more than {MAX_CHUNKS} chunks and none is sound"


def _read_at(file: BinaryIO, position: int, num_bytes: int) -> bytes:
    file.seek(position)
    return file.read(num_bytes)


def _find_data_fault(promised: int, held: int) -> str | None:
    if promised == 0 and held == 0:
        return "zero-length data: a header and no sound"
    if promised > held:
        return (
            f"truncated: the header promises {promised} bytes of sound, "
            f"{held} are there"
        )
    return None


def bare_header(
    num_channels: int,
    sampling_rate: int,
    bits: int,
    num_data_bytes: int,
) -> bytes:
    """Returns the 44 bytes of a WAV header of plain PCM.

    >>> len(bare_header(1, 16000, 16, num_data_bytes=320000))
    44
    """
    frame_bytes = num_channels * bits // 8
    return struct.pack(
        "<4sI8sIHHIIHH4sI",
        b"RIFF",
        min(BARE_HEADER_BYTES - 8 + num_data_bytes, 0xFFFFFFFF),
        b"WAVEfmt ",
        16,
        1,
        num_channels,
        sampling_rate,
        min(sampling_rate * frame_bytes, 0xFFFFFFFF),
        min(frame_bytes, 0xFFFF),
        bits,
        b"data",
        min(num_data_bytes, 0xFFFFFFFF),
    )


def is_bare_wav(path: pathlib.Path) -> bool:
    """Whether a recording is a consistent 44-byte header and its PCM.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "short.wav")
    ...     _ = path.write_bytes(bare_header(1, 16000, 16, 8) + bytes(8))
    ...     is_bare_wav(path)
    True
    """
    with path.open("rb") as file:
        header = file.read(BARE_HEADER_BYTES)
        num_bytes = os.fstat(file.fileno()).st_size
    if len(header) < BARE_HEADER_BYTES:
        return False
    num_channels, sampling_rate = struct.unpack_from("<HI", header, 22)
    (bits,) = struct.unpack_from("<H", header, 34)
    return header == bare_header(
        num_channels, sampling_rate, bits, num_bytes - BARE_HEADER_BYTES
    )
