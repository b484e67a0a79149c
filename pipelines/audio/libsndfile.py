"""Decoding with libsndfile and soxr, to NumPy arrays.

Headers are not trusted with memory: a clip is read block by block, and the
limits below are checked while it is read.
"""

import contextlib
import io
import os
from collections.abc import Iterator

import numpy as np
import soundfile
import soxr

from pipelines.audio.containers import find_container_fault
from pipelines.audio.containers import is_mp3
from pipelines.audio.mpg123_messages import without_messages
from pipelines.audio.regular_file import open_regular
from pipelines.files.posix import IS_POSIX

MIN_SECONDS = 0.01
MAX_SECONDS = 600
MIN_SAMPLING_RATE = 1_000
MAX_SAMPLING_RATE = 192_000
MAX_CHANNELS = 64
# Integers stored as floating point would be clipped to a square wave.
MAX_PEAK = 4.0
BLOCK_VALUES = 2**20
# What libsndfile gives where a stream does not state its length.
UNKNOWN_LENGTH = 2**63 - 1


def check_channel(channel: int | str) -> None:
    """Refuses what is neither `"mean"` nor the index of a channel.

    Raises:
        ValueError: If it is neither.

    >>> check_channel("mean")
    >>> check_channel(0)
    """
    if channel == "mean" or (type(channel) is int and channel >= 0):
        return
    raise ValueError(
        '`channel` must be "mean" or the index of a channel, counted from '
        f"0. Received: channel={channel!r}."
    )


@contextlib.contextmanager
def open_sound(
    path: str | os.PathLike[str],
) -> Iterator[tuple[soundfile.SoundFile, io.FileIO]]:
    """Opens a recording to be read by `read_blocks`.

    Args:
        path: WAV, FLAC, Ogg or MP3 recording.

    Yields:
        The open recording, and the file that it is read from.

    Raises:
        OSError: If the recording cannot be opened.
        soundfile.LibsndfileError: If libsndfile refuses the bytes.
        ValueError: If it is no regular file, or not one whole recording.

    >>> with open_sound("gone.wav"):
    ...     pass
    Traceback (most recent call last):
    FileNotFoundError: ...
    """
    with open_regular(path) as file:
        if fault := find_container_fault(file):
            raise ValueError(fault)
        file.seek(0)
        head = file.read(3)
        file.seek(0)
        # What was checked is what is read, whatever its name is by now.
        source: int | bytes | str = file.fileno()
        quiet: contextlib.AbstractContextManager = contextlib.nullcontext()
        if is_mp3(head):
            # Behind some tags libsndfile knows it by its suffix alone.
            source, quiet = os.fsencode(path), without_messages()
        if not IS_POSIX:
            # The library has descriptors of its own there.
            source = os.fspath(path)
        with quiet, soundfile.SoundFile(source, closefd=False) as sound:
            yield sound, file


def read_blocks(
    sound: soundfile.SoundFile, channel: int | str = "mean"
) -> Iterator[np.ndarray]:
    """Reads an open clip as mono blocks.

    Args:
        sound: Open clip.
        channel: `"mean"` over the channels, or the index of one.

    Yields:
        Blocks of `(samples,)`, float32, finite, full scale at 1.

    Raises:
        ValueError: If the clip exceeds a limit of this module, or holds fewer
            samples than its header promises.
        soundfile.LibsndfileError: If libsndfile refuses the bytes.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "stereo.wav")
    ...     soundfile.write(path, np.zeros((16000, 2)), 16000)
    ...     with soundfile.SoundFile(path) as sound:
    ...         [len(block) for block in read_blocks(sound)]
    [16000]
    """
    _check_header(sound, channel)
    first, num_samples = sound.tell(), 0
    while True:
        block = sound.read(
            BLOCK_VALUES // sound.channels, dtype="float32", always_2d=True
        )
        if not len(block):
            break
        num_samples += len(block)
        if num_samples > MAX_SECONDS * sound.samplerate:
            raise ValueError(f"longer than {MAX_SECONDS} s")
        if not np.isfinite(block).all():
            raise ValueError("NaN or infinite samples")
        peak = max(block.max(), -block.min())
        if peak > MAX_PEAK:
            raise ValueError(
                f"far beyond full scale: a peak of {peak:g}, where 1 is full"
            )
        yield mix_down(block, channel)
    if first + num_samples < sound.frames:
        raise ValueError(
            f"truncated: the header promises {sound.frames} samples, "
            f"{first + num_samples} are there"
        )
    if num_samples < MIN_SECONDS * sound.samplerate:
        raise ValueError(
            f"zero-length data: {num_samples} samples, less than "
            f"{MIN_SECONDS} s"
        )


def _check_header(sound: soundfile.SoundFile, channel: int | str) -> None:
    if sound.frames == UNKNOWN_LENGTH:
        raise ValueError("the header states no length: encode it again")
    rate = sound.samplerate
    if not MIN_SAMPLING_RATE <= rate <= MAX_SAMPLING_RATE:
        raise ValueError(
            f"a sampling rate of {rate} Hz, not between {MIN_SAMPLING_RATE} "
            f"and {MAX_SAMPLING_RATE}"
        )
    if sound.channels > MAX_CHANNELS:
        raise ValueError(f"{sound.channels} channels, more than {MAX_CHANNELS}")
    if channel != "mean" and int(channel) >= sound.channels:
        raise ValueError(
            f"no channel {channel}, counted from 0: it has {sound.channels}"
        )


def mix_down(block: np.ndarray, channel: int | str) -> np.ndarray:
    """Returns a block as mono.

    Args:
        block: `(samples, channels)`.
        channel: `"mean"` over the channels, or the index of one.

    Returns:
        `(samples,)`.

    >>> mix_down(np.array([[0.0, 1.0]]), "mean")
    array([0.5])
    """
    if block.shape[1] == 1:
        return block[:, 0]
    if channel == "mean":
        return block.mean(axis=1)
    return block[:, int(channel)]


def decode_clip(
    path: str | os.PathLike,
    sampling_rate: int,
    channel: int | str = "mean",
    speed: float = 1.0,
) -> np.ndarray:
    """Decodes one clip as a mono waveform.

    Args:
        path: WAV, FLAC, Ogg or MP3 recording.
        sampling_rate: Sampling rate of the returned waveform in Hz.
        channel: `"mean"` over the channels, or the index of one.
        speed: Factor by which the clip is played faster, which moves pitch
            and time together.

    Returns:
        Waveform of shape `(samples,)`, float32 in [-1, 1].

    Raises:
        OSError: If the recording cannot be opened.
        soundfile.LibsndfileError: If libsndfile refuses the bytes.
        ValueError: If it is no regular file, or not one whole WAV, FLAC, Ogg
            or MP3 recording, or exceeds a limit of this module, or `speed` is
            not positive.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "stereo.wav")
    ...     soundfile.write(path, np.zeros((44100, 2)), 44100)
    ...     decode_clip(path, sampling_rate=16000).shape
    (16000,)
    """
    if not 0 < speed < np.inf:
        raise ValueError(
            f"`speed` must be a positive factor. Received: speed={speed}."
        )
    with open_sound(path) as (sound, _):
        waveform = np.concatenate(list(read_blocks(sound, channel)))
        source_rate = sound.samplerate * speed
    if source_rate != sampling_rate:
        waveform = soxr.resample(
            waveform, source_rate, sampling_rate, quality="HQ"
        )
    return np.clip(waveform, -1.0, 1.0)
