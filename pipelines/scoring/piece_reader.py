"""Reader of clips or windows, decoded ahead in threads, in order."""

import collections
import concurrent.futures
import contextlib
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
from pipelines.audio.reading_threads import reading_threads
from pipelines.audio.reading_threads import wait_for
from pipelines.audio.recording_state import RecordingState
from pipelines.audio.recording_state import read_state
from pipelines.datasets.clip_keys import find_key
from pipelines.datasets.clip_keys import find_listed_key
from pipelines.scoring.clip_scorer import ClipScorer
from pipelines.scoring.scoring_settings import ScoringSettings
from pipelines.scoring.window_reader import read_windows


@dataclasses.dataclass(frozen=True)
class SoundPiece:
    """Piece of sound that is scored in one row: a clip or a window of it.

    Args:
        clip: Path of the recording.
        index: Index of the clip in the list of clips.
        machine: Key of the machine; empty where it is not known.
        waveform: Waveform `(samples,)`, float32; `None` where there is a
            problem.
        start_seconds: Start of the window in the clip; `None` for a clip.
        end_seconds: End of the window in the clip; `None` for a clip.
        problem: Reason why there is no waveform.
        state: What the recording was when it was read; `None` if it could
            not be.
    """

    clip: str
    index: int
    machine: str
    waveform: np.ndarray | None
    start_seconds: float | None = None
    end_seconds: float | None = None
    problem: str = ""
    state: RecordingState | None = None


def read_pieces(
    scorer: ClipScorer,
    paths: Sequence[str],
    settings: ScoringSettings,
    first: int = 0,
) -> Iterator[SoundPiece]:
    """Reads clips as a scorer expects them; a broken one has a problem.

    Twice as many clips as there are threads are decoded ahead, so that memory
    does not grow with the number of clips.

    Args:
        scorer: Model, for its machines, sampling rate and channel.
        paths: Paths of the recordings.
        settings: Settings of scoring.
        first: Index of the clip to begin with.

    Yields:
        Pieces, clip by clip, in the given order. The last piece of a clip that
        breaks has no waveform.

    >>> scorer = ClipScorer(("fan",), 16000, "mean", 160000, lambda *_: {})
    >>> settings = ScoringSettings(machine="fan")
    >>> [one.problem for one in read_pieces(scorer, ["gone.wav"], settings)]
    ['missing: ...']
    """
    num_threads = settings.num_threads or os.cpu_count() or 1
    num_threads = min(MAX_THREADS, num_threads)
    clips = (
        (paths[index], _read_clip(scorer, paths[index], index, settings))
        for index in range(first, len(paths))
    )
    with reading_threads(num_threads) as threads:
        yield from _read_ahead(clips, threads, 2 * num_threads)


def _read_ahead(
    clips: Iterable[tuple[str, Iterator[SoundPiece]]],
    threads: concurrent.futures.Executor,
    num_ahead: int,
) -> Iterator[SoundPiece]:
    """All pieces of all clips, with the next piece of each on its way."""
    coming = iter(clips)
    begun: collections.deque = collections.deque()

    def begin():
        for path, clip in itertools.islice(coming, num_ahead - len(begun)):
            begun.append((path, clip, threads.submit(next, clip, None)))

    begin()
    while begun:
        path, clip, reading = begun.popleft()
        piece = wait_for(reading, path)
        if piece is not None:
            begun.appendleft((path, clip, threads.submit(next, clip, None)))
            yield piece
        begin()


def _find_machine(
    scorer: ClipScorer, path: str, settings: ScoringSettings
) -> str:
    if settings.machine:
        return settings.machine
    if listed := settings.listed_machines.get(path):
        return find_listed_key(listed, scorer.machines)
    return find_key(path, scorer.machines)


def _read_clip(
    scorer: ClipScorer, path: str, index: int, settings: ScoringSettings
) -> Iterator[SoundPiece]:
    machine = ""
    rate = scorer.sampling_rate
    state = None
    try:
        with contextlib.suppress(
            OSError, ValueError
        ):  # What reads it next says why.
            state = read_state(path)
        machine = _find_machine(scorer, path, settings)
        if settings.window_seconds is None:
            waveform = decode_clip(path, rate, scorer.recording_channel)
            yield SoundPiece(path, index, machine, waveform, state=state)
            return
        window = max(1, round(settings.window_seconds * rate))
        hop = round((settings.hop_seconds or settings.window_seconds) * rate)
        for start, waveform in read_windows(
            path, rate, scorer.recording_channel, window, max(1, hop)
        ):
            yield SoundPiece(
                path,
                index,
                machine,
                waveform,
                start / rate,
                (start + len(waveform)) / rate,
                state=state,
            )
    except Exception as error:  # Bytes may break a decoder in any way.
        yield SoundPiece(
            path,
            index,
            machine,
            None,
            problem=broken_reason(error),
            state=state,
        )
