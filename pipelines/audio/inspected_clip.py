"""Inspected clip: a clip that decodes, and how."""

import dataclasses

from pipelines.datasets.clip import Clip


@dataclasses.dataclass(frozen=True)
class InspectedClip:
    """A clip that decodes, and what decoding it again needs to know.

    The values do not depend on the computer or its libraries: a run writes
    them down and skips the inspection when it is resumed.

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
