"""Batch scoring of clips, while the next ones are being decoded."""

import collections
import dataclasses
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

import numpy as np

from pipelines.audio.reading_threads import reading_threads
from pipelines.audio.recording_state import RecordingState
from pipelines.scoring.clip_scorer import ClipScorer
from pipelines.scoring.piece_reader import SoundPiece
from pipelines.scoring.piece_reader import read_pieces
from pipelines.scoring.scoring_settings import MAX_BATCHES
from pipelines.scoring.scoring_settings import OUTPUTS
from pipelines.scoring.scoring_settings import ScoringSettings
from pipelines.scoring.scoring_settings import name_missing_score

# A row of scores by the names of its columns.
Row = dict[str, Any]

# A block also ends with 64 MiB of waveforms.
MAX_SAMPLES = 2**24

WINDOW_COLUMNS = ("start_seconds", "end_seconds")


@dataclasses.dataclass(frozen=True)
class ScoredBlock:
    """Rows of pieces that were scored together.

    Args:
        rows: A row for each piece.
        index: Index of the last clip.
        states: What the recording of each clip was when it was read.
    """

    rows: list[Row]
    index: int
    states: dict[str, RecordingState | None]


def score_columns(settings: ScoringSettings) -> tuple[str, ...]:
    """Returns the names of a row's columns.

    >>> score_columns(ScoringSettings())[:3]
    ('clip', 'machine', 'anomaly_score')
    """
    is_whole = settings.window_seconds is None
    return ("clip", "machine", *(() if is_whole else WINDOW_COLUMNS), *OUTPUTS)


def score_pieces(
    scorer: ClipScorer, pieces: Iterable[SoundPiece], settings: ScoringSettings
) -> Iterator[ScoredBlock]:
    """Scores pieces of equal length together, and yields rows in order.

    A block of pieces ends where one length fills a batch, and with each chunk
    of `ScoringSettings.chunk_length` clips. Where a block ends depends only on
    where it begins, so that a scoring which is resumed at the end of a block,
    or which has some chunks alone, gets the same numbers to the last bit.

    Args:
        scorer: Model that scores.
        pieces: Pieces that `read_pieces` yields.
        settings: Settings of scoring.

    Yields:
        Rows of each block, in the order of the pieces. A row has `None` where
        there is no number.

    >>> scorer = ClipScorer(("fan",), 16000, "mean", 160000, lambda *_: {})
    >>> broken = SoundPiece("a.wav", 0, "fan", None, problem="empty: 0 bytes")
    >>> [block] = score_pieces(scorer, [broken], ScoringSettings())
    >>> block.rows[0]["problem"], block.rows[0]["anomaly_score"], block.index
    ('empty: 0 bytes', None, 0)
    """
    last = None
    with reading_threads(1) as background:
        for block in _cut_blocks(scorer, pieces, settings):
            scoring = background.submit(_score, scorer, block, settings)
            if last is not None:
                yield ScoredBlock(last[0].result(), *last[1:])
            states = {piece.clip: piece.state for piece in block}
            last = scoring, block[-1].index, states
        if last is not None:
            yield ScoredBlock(last[0].result(), *last[1:])


def score_clips(
    scorer: ClipScorer,
    paths: Sequence[str],
    settings: ScoringSettings | None = None,
) -> Iterator[Row]:
    """Scores clips, in batches where they are of equal length.

    Args:
        scorer: Model that `load_scorer` returns.
        paths: Paths of the recordings.
        settings: Settings of scoring; the defaults if `None`.

    Yields:
        Row of `score_columns` for each clip, or each window of it, in order.
        A clip that cannot be scored has a `problem` and the score `None`.

    Raises:
        ValueError: If the scorer does not know the machine of the settings.

    >>> scorer = ClipScorer(("fan",), 16000, "mean", 160000, lambda *_: {})
    >>> rows = score_clips(scorer, ["a.wav"], ScoringSettings(machine="fan"))
    >>> [row["problem"] for row in rows]
    ['missing: ...']
    """
    settings = settings or ScoringSettings()
    settings.check_machine(scorer.machines)
    pieces = read_pieces(scorer, paths, settings)
    for block in score_pieces(scorer, pieces, settings):
        yield from block.rows


def _cut_blocks(
    scorer: ClipScorer, pieces: Iterable[SoundPiece], settings: ScoringSettings
) -> Iterator[list[SoundPiece]]:
    block: list[SoundPiece] = []
    num_samples = 0
    num_windows: collections.Counter[int] = collections.Counter()
    for piece in pieces:
        chunk = piece.index // settings.chunk_length
        if block and block[-1].index // settings.chunk_length != chunk:
            yield block
            block = []
            num_samples = 0
            num_windows.clear()
        block.append(piece)
        length = 0 if piece.waveform is None else len(piece.waveform)
        num_samples += length
        num_windows[length] += max(1, -(-length // scorer.samples))
        if (
            num_windows[length] >= settings.batch_size
            or len(block) >= MAX_BATCHES * settings.batch_size
            or num_samples >= MAX_SAMPLES
        ):
            yield block
            block = []
            num_samples = 0
            num_windows.clear()
    if block:
        yield block


def _score(
    scorer: ClipScorer, block: list[SoundPiece], settings: ScoringSettings
) -> list[Row]:
    columns = score_columns(settings)
    rows = [_make_row(piece, columns) for piece in block]
    batches = collections.defaultdict(list)
    for row, piece in zip(rows, block, strict=True):
        if piece.waveform is not None:
            batches[len(piece.waveform)].append((row, piece.waveform))
    for batch in batches.values():
        outputs = scorer.score(
            np.stack([waveform for _, waveform in batch]),
            [row["machine"] for row, _ in batch],
            settings.false_alarm_rate,
        )
        for index, (row, _) in enumerate(batch):
            row.update(
                anomaly_score=_number(outputs["anomaly_score"][index]),
                p_value=_number(outputs["p_value"][index]),
                decision=int(outputs["decision"][index]),
                valid=bool(outputs["valid"][index]),
                problem=str(outputs["problem"][index]),
            )
            # Of a scorer that knows faults.
            if "nearest_fault" in outputs:
                row["nearest_fault"] = outputs["nearest_fault"][index]
            row.update(name_missing_score(row))
    return rows


def _make_row(piece: SoundPiece, columns: tuple[str, ...]) -> Row:
    row: Row = dict.fromkeys(columns)
    row.update(
        clip=piece.clip,
        machine=piece.machine,
        decision=-1,
        valid=False,
        problem=piece.problem,
    )
    for name in set(WINDOW_COLUMNS) & set(columns):
        row[name] = getattr(piece, name)
    return row


def _number(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None
