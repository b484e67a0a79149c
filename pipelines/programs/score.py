"""Scoring of many clips into a table, through kills and restarts."""

import collections
import itertools
import logging
import pathlib
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import tqdm

from pipelines.datasets.listed_clips import ListedClips
from pipelines.files.posix import IS_POSIX
from pipelines.scoring.batch_scoring import score_columns
from pipelines.scoring.batch_scoring import score_pieces
from pipelines.scoring.clip_scorer import ClipScorer
from pipelines.scoring.piece_reader import read_pieces
from pipelines.scoring.score_log import ScoreLog
from pipelines.scoring.score_log import open_score_log
from pipelines.scoring.score_part import is_finished
from pipelines.scoring.score_part import part_facts
from pipelines.scoring.score_part import write_part
from pipelines.scoring.score_table import check_table
from pipelines.scoring.score_table import write_score_table
from pipelines.scoring.scoring_settings import ScoringSettings
from pipelines.scoring.shard import Shard
from pipelines.scoring.tally import Tally

logger = logging.getLogger(__name__)


def score_to_table(
    scorer: ClipScorer,
    digest: str,
    paths: Sequence[str],
    out: pathlib.Path,
    settings: ScoringSettings,
    verify: bool = False,
    tally: Tally | None = None,
    part: Mapping[str, Any] | None = None,
) -> int:
    """Scores clips into a table, which appears when it is whole.

    Meanwhile the rows are kept in `<out>.partial`. Killed at any moment and
    called again, it resumes after the last batch in that file, and the table
    is the same as without the kill: each clip once, in order. Clips whose
    recordings have changed since they were scored are named, and scored
    again. An existing table is replaced at the end.

    Args:
        scorer: Model that `open_model` returns.
        digest: SHA-256 of the model, from `open_model`.
        paths: Paths of the recordings, each once; one that cannot be scored
            has a row with the problem.
        out: Path of the table, `.csv` or `.parquet`.
        settings: Settings of scoring.
        verify: Whether the recordings of all clips that have rows are read
            and compared, and not only those of another size or time.
        tally: Counts the rows of the whole table.
        part: Facts of `part_facts`, where the table is a part of another one
            and the paths are those of its shard.

    Returns:
        Number of rows that have a score.

    Raises:
        ValueError: If the settings do not suit the scorer, the table could
            not be written, or what an earlier call left was made by another
            model, from other clips or with other settings.

    >>> import tempfile
    >>> scorer = ClipScorer(("fan",), 16000, "mean", 160000, lambda *_: {})
    >>> out = pathlib.Path(tempfile.mkdtemp(), "scores.csv")
    >>> score_to_table(scorer, "0", ["a.wav"], out, ScoringSettings("fan"))
    0
    >>> out.read_text().splitlines()[1]
    'a.wav,fan,,,-1,false,missing: ...'
    """
    check_table(out)
    settings.check_machine(scorer.machines)
    partial = out.with_name(f"{out.name}.partial")
    facts = part or {"model": digest, **settings.binding}
    with open_score_log(partial, facts) as log:
        first, num_done = log.match(paths)
        if num_done:
            logger.info("resuming after %d of %d clips", first + 1, len(paths))
        _score_changed(scorer, settings, log, verify)
        _score_the_rest(scorer, paths, settings, log)
        tally = tally or Tally()
        collections.deque(tally.count(log.rows()), maxlen=0)
        if part is None:
            write_score_table(out, log.rows(), score_columns(settings))
        else:
            counts = {
                "clips": tally.num_clips,
                "rows": tally.num_rows,
                "scored": tally.num_scored,
                "alarms": tally.num_alarms,
            }
            columns = score_columns(settings)
            write_part(out, log.rows(), columns, part, counts)
        if IS_POSIX:  # While nobody else can have begun anew.
            partial.unlink()
    if not IS_POSIX:  # An open file cannot be removed there.
        partial.unlink()
    return tally.num_scored


def score_shard(
    load: Callable[[], ClipScorer],
    digest: str,
    clips: ListedClips,
    shard: Shard,
    out: pathlib.Path,
    settings: ScoringSettings,
    verify: bool = False,
) -> bool:
    """Scores one shard of a list into a part of its table.

    Args:
        load: Loads the model, which a finished part is not asked for.
        digest: SHA-256 of the model, from `read_digest`.
        clips: The whole list.
        shard: The share of it.
        out: Path of the part, `.csv` or `.parquet`.
        settings: Settings of scoring.
        verify: As in `score_to_table`.

    Returns:
        False if the part was finished before; then it is left alone.

    Raises:
        ValueError: As `score_to_table`, or if another part or table is there.

    >>> import tempfile
    >>> scorer = ClipScorer(("fan",), 16000, "mean", 160000, lambda *_: {})
    >>> out = pathlib.Path(tempfile.mkdtemp(), "part-0.csv")
    >>> clips, settings = ListedClips(("a",), ("a",)), ScoringSettings("fan")
    >>> words = lambda: scorer, "0", clips, Shard(0, 1), out, settings
    >>> score_shard(*words), score_shard(*words)
    (True, False)
    """
    check_table(out)
    num_clips = len(clips.paths)
    part = part_facts(shard, digest, clips.digest, num_clips, settings)
    if is_finished(out, part):
        return False
    paths = shard.take(clips.paths, settings.chunk_length)
    score_to_table(load(), digest, paths, out, settings, verify, part=part)
    return True


def _score_changed(
    scorer: ClipScorer, settings: ScoringSettings, log: ScoreLog, verify: bool
) -> None:
    for clip in log.changed_clips(verify):
        logger.warning("changed since it was scored, scored again: %s", clip)
        pieces = read_pieces(scorer, [clip], settings)
        blocks = list(score_pieces(scorer, pieces, settings))
        rows = [row for block in blocks for row in block.rows]
        log.append(rows, blocks[-1].states, is_again=True)


def _score_the_rest(
    scorer: ClipScorer,
    paths: Sequence[str],
    settings: ScoringSettings,
    log: ScoreLog,
) -> None:
    first, num_done = log.match(paths)
    pieces = read_pieces(scorer, paths, settings, first)
    rest = itertools.islice(pieces, num_done, None)
    with tqdm.tqdm(
        desc="scoring",
        total=len(paths),
        initial=first,
        unit="clip",
        disable=None,
    ) as progress:
        for block in score_pieces(scorer, rest, settings):
            log.append(block.rows, block.states)
            progress.update(block.index + 1 - progress.n)
