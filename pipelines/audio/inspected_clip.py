"""Inspected clip: a clip that decodes, and how."""

import dataclasses

from pipelines.audio.recording_state import RecordingState
from pipelines.datasets.clip import Clip


@dataclasses.dataclass(frozen=True)
class InspectedClip:
    """A clip that decodes, and what decoding it again needs to know.

    The values do not depend on the computer's libraries: a run writes them
    down, and when it is resumed inspects again only what has changed.

    Args:
        clip: Clip as the data set lists it.
        container: libsndfile's name of the format: `"WAV"`, `"WAVEX"`
            (WAVE_FORMAT_EXTENSIBLE), `"RF64"`, `"FLAC"`, `"OGG"`, `"MP3"`.
        subtype: libsndfile's name of the coding, such as `"PCM_16"`.
        sampling_rate: Stored sampling rate in Hz.
        num_channels: Number of stored channels.
        num_samples: Number of decoded samples of a channel.
        is_bare: Whether the recording is a 44-byte WAV header with PCM up
            to the end, the only WAV that the native ops are trusted with.
        sha256: SHA-256 of the recording's bytes, hexadecimal.
        num_bytes: Size of the recording in bytes.
        modified: Time of its last change in nanoseconds.

    >>> import pathlib
    >>> clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "train", False)
    >>> InspectedClip(clip, "WAV", "PCM_16", 16000, 1, 160000, True).clip.key
    'fan/id_00'
    """

    clip: Clip
    container: str
    subtype: str
    sampling_rate: int
    num_channels: int
    num_samples: int
    is_bare: bool
    sha256: str = ""
    num_bytes: int = 0
    modified: int = 0

    @property
    def state(self) -> RecordingState:
        """What the recording was when it was inspected."""
        return RecordingState(self.num_bytes, self.modified, self.sha256)
