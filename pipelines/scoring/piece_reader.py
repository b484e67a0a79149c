"""Clips, or windows of them, decoded ahead in threads, in order."""

import collections
import concurrent.futures
import dataclasses
import itertools
import os
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np

from pipelines.audio.broken_clips import broken_reason
from pipelines.audio.inspection import MAX_THREADS
from pipelines.audio.libsndfile import decode_clip
from pipelines.datasets.clip_keys import find_key
from pipelines.scoring.clip_scorer import ClipScorer
from pipelines.scoring.scoring_settings import ScoringSettings
from pipelines.scoring.window_reader import read_windows


@dataclasses.dataclass(frozen=True)
class SoundPiece:
    """What is scored in one row: a clip or a window of it.

    Args:
        clip: Path of the recording.
        place: Of the clip in the list of clips.
        machine: Its key; empty where it is not known.
        waveform: `(samples,)`, float32; `None` where there is a problem.
        start_seconds: Of the window in the clip; `None` for a whole clip.
        end_seconds: Likewise.
        problem: Why there is no waveform.

    >>> SoundPiece("a.wav", 0, "fan", None, problem="empty: 0 bytes").problem
    'empty: 0 bytes'
    """

    clip: str
    place: int
    machine: str
    waveform: np.ndarray | None
    start_seconds: float | None = None
    end_seconds: float | None = None
    problem: str = ""


def read_pieces(
    scorer: ClipScorer,
    paths: Sequence[str],
    settings: ScoringSettings,
    first: int = 0,
) -> Iterator[SoundPiece]:
    """Reads clips as a scorer wants them; whatever they hold, it is told.

    As many clips as there are threads, and as many again, are decoded ahead,
    so that memory does not grow with their number.

    Args:
        scorer: Tells machines, sampling rate and channel.
        paths: The recordings.
        settings: Of scoring.
        first: Place of the clip to begin with.

    Yields:
        The pieces, clip by clip, in the given order. A clip that breaks has a
        last one without a waveform.

    >>> scorer = ClipScorer(("fan",), 16000, "mean", 160000, lambda *_: {})
    >>> settings = ScoringSettings(machine="fan")
    >>> [one.problem for one in read_pieces(scorer, ["gone.wav"], settings)]
    ['missing: no such recording']
    """
    num_threads = settings.num_threads or os.cpu_count() or 1
    num_threads = min(MAX_THREADS, num_threads)
    clips = (
        _read_clip(scorer, paths[place], place, settings)
        for place in range(first, len(paths))
    )
    with concurrent.futures.ThreadPoolExecutor(num_threads) as threads:
        yield from _read_ahead(clips, threads, 2 * num_threads)


def _read_ahead(
    clips: Iterable[Iterator[SoundPiece]],
    threads: concurrent.futures.Executor,
    num_ahead: int,
) -> Iterator[SoundPiece]:
    """All pieces of all clips, with the next piece of each on its way."""
    coming = iter(clips)
    begun: collections.deque = collections.deque()

    def begin():
        for clip in itertools.islice(coming, num_ahead - len(begun)):
            begun.append((clip, threads.submit(next, clip, None)))

    begin()
    while begun:
        clip, reading = begun.popleft()
        piece = reading.result()
        if piece is not None:
            begun.appendleft((clip, threads.submit(next, clip, None)))
            yield piece
        begin()


def _read_clip(
    scorer: ClipScorer, path: str, place: int, settings: ScoringSettings
) -> Iterator[SoundPiece]:
    machine = ""
    rate = scorer.sampling_rate
    try:
        machine = settings.machine or find_key(path, scorer.machines)
        if settings.window_seconds is None:
            waveform = decode_clip(path, rate, scorer.recording_channel)
            yield SoundPiece(path, place, machine, waveform)
            return
        window = max(1, round(settings.window_seconds * rate))
        hop = round((settings.hop_seconds or settings.window_seconds) * rate)
        for start, waveform in read_windows(
            path, rate, scorer.recording_channel, window, max(1, hop)
        ):
            yield SoundPiece(
                path,
                place,
                machine,
                waveform,
                start / rate,
                (start + len(waveform)) / rate,
            )
    except Exception as error:  # Bytes may break a decoder in any way.
        yield SoundPiece(
            path, place, machine, None, problem=broken_reason(error)
        )
