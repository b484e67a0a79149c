"""Reader of recordings of any length, window by window."""

import os
from collections.abc import Iterator

import numpy as np
import soundfile

from pipelines.audio.block_resampler import BlockResampler
from pipelines.audio.libsndfile import MAX_SECONDS
from pipelines.audio.libsndfile import open_sound
from pipelines.audio.libsndfile import read_blocks
from pipelines.audio.window_cutter import WindowCutter


def read_windows(
    path: str | os.PathLike,
    sampling_rate: int,
    channel: int | str,
    window: int,
    hop: int,
) -> Iterator[tuple[int, np.ndarray]]:
    """Reads a recording as windows, without ever holding the whole of it.

    The samples are those of `decode_clip`. A recording shorter than a window
    has one window of its own length; the last window ends with the recording.

    Args:
        path: WAV, FLAC, Ogg or MP3 recording of any length.
        sampling_rate: Sampling rate of the windows in Hz.
        channel: `"mean"` over the channels, or the index of one.
        window: Length of a window, in samples.
        hop: Samples from the start of a window to that of the next, at most
            `window`.

    Yields:
        `(start, waveform)`: the index of the window's first sample, and
        `(window,)` float32 in [-1, 1].

    Raises:
        OSError: If the recording cannot be opened.
        soundfile.LibsndfileError: If libsndfile refuses the bytes.
        ValueError: If it is not a whole recording or exceeds a limit of
            `audio.libsndfile`, but for the length; maybe only after the
            windows that come before the fault.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "long.wav")
    ...     soundfile.write(path, np.zeros(4000), 1000)
    ...     windows = list(read_windows(path, 16000, "mean", 24000, 16000))
    >>> [(start, len(waveform)) for start, waveform in windows]
    [(0, 24000), (16000, 24000), (32000, 24000), (40000, 24000)]
    """
    with open_sound(path) as (sound, _):
        resampler = BlockResampler(sound.samplerate, sampling_rate)
        cutter = WindowCutter(window, hop)
        for block in read_all(sound, channel):
            yield from cutter.feed(resampler.feed(block))
        yield from cutter.feed(resampler.finish())
        yield from cutter.finish()


def read_all(
    sound: soundfile.SoundFile, channel: int | str
) -> Iterator[np.ndarray]:
    """Reads a recording of any length as blocks.

    It goes by parts, since the length of a clip has a limit.

    Args:
        sound: Open recording.
        channel: `"mean"` over the channels, or the index of one.

    Yields:
        Blocks and errors of `read_blocks`.

    >>> import io
    >>> file = io.BytesIO()
    >>> soundfile.write(file, np.zeros(1600), 16000, format="WAV")
    >>> sound = soundfile.SoundFile(io.BytesIO(file.getvalue()))
    >>> [len(block) for block in read_all(sound, "mean")]
    [1600]
    """
    num_samples, is_over = 0, False
    while not is_over:
        is_over = True
        first = num_samples
        for block in read_blocks(sound, channel):
            num_samples += len(block)
            yield block
            seconds = (num_samples - first) / sound.samplerate
            left = sound.frames - num_samples
            if seconds > MAX_SECONDS / 2 and left > sound.samplerate:
                is_over = False
                break
