"""WAV headers: what they promise against each other and the recording.

libsndfile believes any one field, and reads a truncated WAV silently up to
its end, so that only the header shows that something is wrong. The served
`pipelines.exporting.graph_wav_decoder` keeps the same rules.
"""

import os
import re
import struct
from collections.abc import Sequence
from typing import BinaryIO

BARE_HEADER_BYTES = 44
# Writers that cannot go back to fill the size in leave one of these:
# ffmpeg 0xFFFFFFFF, SoX 0x7FFFF000 and a little more.
MIN_STREAMING_SIZE = 0x7FFFF000
MAX_CHUNKS = 10_000
MOST_CHUNK_BYTES = 4096
CHUNK_NAME = re.compile(rb"[ -~]{4}")
# Other chunks of such a name begin another recording.
WAV_NAMES = (b"RIFF", b"RIFX", b"RF64")
FORMAT_BYTES = 26
# Codings of samples of a fixed size: PCM, floating point, A-law, mu-law.
FIXED_SIZE_CODINGS = (1, 3, 6, 7)
EXTENSIBLE = 0xFFFE


def find_wav_fault(file: BinaryIO) -> str | None:
    """Returns why a WAV header contradicts itself or the recording.

    The bytes of a frame and of a second must be those of channels, bits and
    sampling rate (none stated a second is no contradiction), and what follows
    the sound, up to the size of the whole, must be whole chunks.

    Args:
        file: Recording that begins with `RIFF`, `RIFX` or `RF64`.

    Returns:
        Reason to refuse the recording, or `None`.

    >>> import io
    >>> header = bare_header(1, 16000, 16, num_data_bytes=320000)
    >>> find_wav_fault(io.BytesIO(header + bytes(1000)))
    'truncated: the header promises 320000 bytes of sound, 1000 are there'
    >>> clip = bytearray(bare_header(1, 16000, 16, 1000) + bytes(1000))
    >>> clip[32] = 4
    >>> find_wav_fault(io.BytesIO(clip))
    'contradictory header: 1 channels of 16 bits, and 4 bytes for all of them'
    """
    num_held = file.seek(0, os.SEEK_END)
    head = _read_at(file, 0, 12)
    order = ">" if head.startswith(b"RIFX") else "<"
    (whole_size,) = struct.unpack_from(order + "I", head, 4)
    large_size = None
    formats: list[bytes] = []
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
        elif name == b"fmt ":
            formats.append(_read_at(file, position, min(size, FORMAT_BYTES)))
        elif name == b"data":
            if size == 0xFFFFFFFF and large_size is not None:
                size = large_size
            elif size >= MIN_STREAMING_SIZE:
                size = num_held - position
            return (
                _find_data_fault(size, num_held - position)
                or _find_format_fault(formats, order)
                or _find_tail_fault(file, order, position, size, whole_size)
            )
        position += size + size % 2
    return f"not audio: more than {MAX_CHUNKS} chunks and none is sound"


def find_wav_chunk(file: BinaryIO, name: bytes) -> bytes | None:
    """Content of the first chunk of a name, at most `MOST_CHUNK_BYTES` of it.

    Args:
        file: Recording that begins with `RIFF`, `RIFX` or `RF64`.
        name: Name of the chunk, four bytes.

    Returns:
        The content, or `None` if there is no such chunk, or only behind sound
        of an unknown length.

    >>> import io
    >>> header = bare_header(1, 16000, 16, num_data_bytes=4)
    >>> find_wav_chunk(io.BytesIO(header + b"ABCD"), b"data")
    b'ABCD'
    """
    order = ">" if _read_at(file, 0, 4) == b"RIFX" else "<"
    position = 12
    for _ in range(MAX_CHUNKS):
        header = _read_at(file, position, 8)
        if len(header) < 8:
            return None
        found, size = struct.unpack(order + "4sI", header)
        position += 8
        if found == name:
            return _read_at(file, position, min(size, MOST_CHUNK_BYTES))
        if size >= MIN_STREAMING_SIZE:
            return None
        position += size + size % 2
    return None


def _read_at(file: BinaryIO, position: int, num_bytes: int) -> bytes:
    file.seek(position)
    return file.read(num_bytes)


def _find_data_fault(promised: int, held: int) -> str | None:
    if promised == 0:
        return "zero-length data: a header and no sound"
    if promised > held:
        return (
            f"truncated: the header promises {promised} bytes of sound, "
            f"{held} are there"
        )
    return None


def _find_format_fault(formats: Sequence[bytes], order: str) -> str | None:
    if len(formats) > 1:
        return f"contradictory header: {len(formats)} formats before the sound"
    if not formats or len(formats[0]) < 16:
        return None  # libsndfile refuses it.
    format_ = formats[0]
    coding, channels, rate, byte_rate, frame_bytes, bits = struct.unpack_from(
        order + "HHIIHH", format_
    )
    if coding == EXTENSIBLE and len(format_) == FORMAT_BYTES:
        (coding,) = struct.unpack_from(order + "H", format_, 24)
    if coding not in FIXED_SIZE_CODINGS:
        return None
    if frame_bytes != channels * -(-bits // 8):
        return (
            f"contradictory header: {channels} channels of {bits} bits, "
            f"and {frame_bytes} bytes for all of them"
        )
    if byte_rate not in (0, rate * frame_bytes):
        return (
            f"contradictory header: {rate} Hz and {frame_bytes} bytes a "
            f"sample, and {byte_rate} bytes a second"
        )
    return None


def _find_tail_fault(
    file: BinaryIO, order: str, start: int, size: int, whole_size: int
) -> str | None:
    """Returns why the bytes behind the sound are not what they must be."""
    num_held = file.seek(0, os.SEEK_END)
    is_open = whole_size == 0 or whole_size >= MIN_STREAMING_SIZE
    limit = num_held if is_open else min(num_held, whole_size + 8)
    position = end = start + size
    # Some writers leave the padding of an odd size out.
    if not CHUNK_NAME.fullmatch(_read_at(file, end, 4)):
        position += size % 2
    for _ in range(MAX_CHUNKS):
        header = _read_at(file, position, 8)
        if header[:4] in WAV_NAMES:
            return f"several recordings: a second begins at byte {position}"
        if position + 8 > limit:
            break
        name, size = struct.unpack(order + "4sI", header)
        position += 8 + size
        if not CHUNK_NAME.fullmatch(name) or position > limit:
            return (
                f"contradictory header: the sound ends at byte {end} of "
                f"{limit}, and no whole chunks follow"
            )
        position += size % 2
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


def is_bare_wav(file: BinaryIO) -> bool:
    """Whether a recording is a consistent 44-byte header and its PCM.

    >>> import io
    >>> is_bare_wav(io.BytesIO(bare_header(1, 16000, 16, 8) + bytes(8)))
    True
    """
    header = _read_at(file, 0, BARE_HEADER_BYTES)
    num_bytes = file.seek(0, os.SEEK_END)
    if len(header) < BARE_HEADER_BYTES:
        return False
    num_channels, sampling_rate = struct.unpack_from("<HI", header, 22)
    (bits,) = struct.unpack_from("<H", header, 34)
    return header == bare_header(
        num_channels, sampling_rate, bits, num_bytes - BARE_HEADER_BYTES
    )
