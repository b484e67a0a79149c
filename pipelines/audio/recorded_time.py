"""Recording time: from names and folders, or from what the file states.

The time of the file system is never taken: copying, unpacking or downloading
a recording sets it to the time of that.
"""

import datetime
import os
import pathlib
import re

from soundfile import LibsndfileError

from pipelines.audio.libsndfile import open_sound
from pipelines.audio.riff import WAV_NAMES
from pipelines.audio.riff import find_wav_chunk
from pipelines.datasets.sessions import find_moment
from pipelines.datasets.sessions import recording_time

# Of a `bext` chunk, EBU Tech 3285: OriginationDate and OriginationTime.
DATE_BYTES, TIME_BYTES = slice(320, 330), slice(330, 338)
_DAY = re.compile(r"(\d{4})[:/. _-](\d\d)[:/. _-](\d\d)")


def recorded_time(path: str | os.PathLike[str]) -> datetime.datetime | None:
    """When a clip was recorded, by its name, its folders or its tags.

    Args:
        path: Path of the recording.

    >>> recorded_time("gone_20240305_143000.wav").isoformat()
    '2024-03-05T14:30:00'
    >>> recorded_time("gone.wav")
    """
    return recording_time(pathlib.PurePath(path)) or stated_time(path)


def stated_time(path: str | os.PathLike[str]) -> datetime.datetime | None:
    """When a clip was recorded, by the tags in the file.

    These are, in this order, the origination date and time of a Broadcast WAV,
    the ICRD of a WAV, and the DATE of FLAC and Ogg or TDRC of MP3. It is the
    local time that the recorder wrote, without its time zone. What is no date
    is ignored, and so is a file that cannot be read.

    Args:
        path: Path of the recording.

    >>> stated_time("gone.wav")
    """
    try:
        with open_sound(path) as (sound, file):
            stated = sound.date
            file.seek(0)
            chunk = None
            if file.read(4) in WAV_NAMES:
                chunk = find_wav_chunk(file, b"bext")
    except (OSError, ValueError, LibsndfileError):
        return None
    texts = [stated]
    if chunk is not None:
        parts = (chunk[DATE_BYTES], chunk[TIME_BYTES])
        texts.insert(0, "T".join(_text(part) for part in parts))
    moments = (find_moment(_DAY.sub(r"\1-\2-\3", text, 1)) for text in texts)
    return next((moment for moment in moments if moment), None)


def _text(content: bytes) -> str:
    return content.split(b"\0")[0].decode("ascii", "replace").strip()
