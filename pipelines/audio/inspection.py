"""Inspection of clips: each is decoded once in full, and refused or kept."""

import functools
import os
import statistics
from collections.abc import Sequence

import tqdm

from pipelines.audio.broken_clips import broken_reason
from pipelines.audio.inspected_clip import InspectedClip
from pipelines.audio.libsndfile import check_channel
from pipelines.audio.libsndfile import open_sound
from pipelines.audio.libsndfile import read_blocks
from pipelines.audio.reading_threads import reading_threads
from pipelines.audio.reading_threads import wait_for
from pipelines.audio.recording_state import state_of
from pipelines.audio.riff import is_bare_wav
from pipelines.datasets.clip import Clip

MAX_THREADS = 32
# Of how many recordings the typical length is taken, and its limits.
NUM_MEASURED, LEAST_SECONDS, MOST_SECONDS = 32, 1.0, 10.0


def inspect_clips(
    clips: Sequence[Clip], channel: int | str = "mean"
) -> tuple[list[InspectedClip], list[tuple[Clip, str]]]:
    """Decodes every clip once in full, and separates valid from broken ones.

    It does so in parallel threads and block by block, so that memory does not
    grow with the number or length of the clips. A broken recording is
    reported and never raises.

    Args:
        clips: Clips of a data set.
        channel: `"mean"` over the channels, or the index of one.

    Returns:
        Valid clips, and `(clip, reason)` of the broken ones, both in the
        given order. Reasons begin with `missing`, `empty`, `not audio`,
        `truncated`, `zero-length data`, `silent`, `NaN or infinite` and
        so on; see `pipelines.audio.broken_clips`.

    Raises:
        ValueError: If `channel` is neither `"mean"` nor an index.

    >>> import pathlib
    >>> clip = Clip(pathlib.Path("gone.wav"), "fan", "id_00", "train", False)
    >>> inspect_clips([clip])[1][0][1]
    'missing: ...'
    """
    check_channel(channel)
    good: list[InspectedClip] = []
    broken: list[tuple[Clip, str]] = []
    inspect = functools.partial(_inspect_or_explain, channel=channel)
    num_threads = min(MAX_THREADS, os.cpu_count() or 1)
    with reading_threads(num_threads) as threads:
        futures = [threads.submit(inspect, clip) for clip in clips]
        progress = tqdm.tqdm(
            zip(clips, futures, strict=True),
            desc="inspecting",
            total=len(clips),
            unit="clip",
            disable=None,
        )
        for clip, future in progress:
            result = wait_for(future, clip.path)
            if isinstance(result, InspectedClip):
                good.append(result)
            else:
                broken.append((clip, result))
    return good, broken


def typical_seconds(clips: Sequence[Clip]) -> float:
    """Median length of the recordings in seconds, kept within 1 to 10.

    Args:
        clips: Clips of a data set; some 32 of them are read.

    >>> typical_seconds([])
    10.0
    """
    step = max(len(clips) // NUM_MEASURED, 1)
    good, _ = inspect_clips([*clips[::step]][:NUM_MEASURED])
    lengths = [one.num_samples / one.sampling_rate for one in good]
    typical = statistics.median(lengths or [MOST_SECONDS])
    return round(min(max(typical, LEAST_SECONDS), MOST_SECONDS), 2)


def _inspect_or_explain(clip: Clip, channel: int | str) -> InspectedClip | str:
    try:
        return _inspect(clip, channel)
    except Exception as error:  # Bytes may break a decoder in any way.
        return broken_reason(error)


def _inspect(clip: Clip, channel: int | str) -> InspectedClip:
    num_samples = 0
    is_silent = True
    with open_sound(clip.path) as (sound, file):
        state = state_of(file)
        for block in read_blocks(sound, channel):
            num_samples += len(block)
            is_silent = is_silent and not block.any()
        if is_silent:
            raise ValueError("silent: every sample is zero")
        return InspectedClip(
            clip=clip,
            container=sound.format,
            subtype=sound.subtype,
            sampling_rate=sound.samplerate,
            num_channels=sound.channels,
            num_samples=num_samples,
            is_bare=is_bare_wav(file),
            **vars(state),
        )
