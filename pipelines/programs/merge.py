"""Merging of the parts of a sharded scoring into one table."""

import itertools
import pathlib
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from pipelines.scoring.batch_scoring import Row
from pipelines.scoring.batch_scoring import score_columns
from pipelines.scoring.score_part import BINDING
from pipelines.scoring.score_part import beside
from pipelines.scoring.score_part import differences
from pipelines.scoring.score_part import read_about
from pipelines.scoring.score_part import read_part_rows
from pipelines.scoring.score_table import check_table
from pipelines.scoring.score_table import write_score_table
from pipelines.scoring.scoring_settings import ScoringSettings
from pipelines.scoring.shard import Shard
from pipelines.scoring.shard import read_shard
from pipelines.scoring.tally import Tally


def merge_parts(paths: Sequence[str], out: pathlib.Path) -> Tally:
    """Merges parts into the table that one process would have written.

    The rows are in the order of the list, and are not kept in memory; the
    names of the clips are, to find one that comes twice.

    Args:
        paths: Paths of all parts, in any order, as CSV or Parquet.
        out: Path of the table, `.csv` or `.parquet`; an existing one is
            replaced.

    Returns:
        Counts of the table.

    Raises:
        ValueError: If a part is missing, doubled, damaged or of another model,
            list, options or number of shards; then no table is written.

    >>> merge_parts(["part-0.csv"], pathlib.Path("scores.csv"))
    Traceback (most recent call last):
    ValueError: A part must be a table that `keras-asd score --shard` ...
    """
    check_table(out)
    parts = _order(paths)
    if clash := [path for path in parts if path.resolve() == out.resolve()]:
        raise ValueError(
            f"The table must be no part. Received: out={clash[0]}."
        )
    first = read_about(parts[0])[BINDING]
    window = first["window_seconds"]
    columns = score_columns(ScoringSettings(window_seconds=window))
    tally = Tally()
    write_score_table(out, tally.count(_rows(parts, first)), columns)
    return tally


def _order(paths: Sequence[str]) -> list[pathlib.Path]:
    """The parts by their shards, of which none is missing."""
    found: dict[Shard, pathlib.Path] = {}
    first: tuple[pathlib.Path, Mapping[str, Any]] | None = None
    given = list(map(pathlib.Path, paths))
    said = {beside(path) for path in given}
    for path in given:
        if path in said:  # `part-*` means it, too.
            continue
        facts = dict(read_about(path)[BINDING])
        shard = read_shard(facts.pop("shard"))
        facts["shards"] = shard.count
        first = first or (path, facts)
        if changed := differences(first[1], facts):
            raise ValueError(
                "The parts of a table must be of one list, model and options. "
                f"Received: {first[0]} then and {path} now, with "
                f"{'; '.join(changed)}. Leave the foreign one out."
            )
        if shard in found:
            raise ValueError(
                "Each shard must be there once. Received: shard "
                f"{shard} twice, in {found[shard]} and {path}. Leave one out."
            )
        found[shard] = path
    count = next(iter(found)).count
    shards = [Shard(index, count) for index in range(count)]
    if missing := [str(shard) for shard in shards if shard not in found]:
        raise ValueError(
            f"All {count} shards must be there. Received: {len(found)} parts, "
            f"without {', '.join(missing[:5])}"
            f"{', ...' if missing[5:] else ''}. Score it by `keras-asd score` "
            f"with --shard {missing[0]}, and give its part, too."
        )
    return [found[shard] for shard in shards]


def _rows(
    parts: Sequence[pathlib.Path], facts: Mapping[str, Any]
) -> Iterator[Row]:
    """All rows in the order of the list: a chunk of each part in turn."""
    clips = [_clips(path) for path in parts]
    chunk_length = facts["chunk_length"]
    left = facts["clips_of_the_list"]
    seen: set[str] = set()
    for index in itertools.cycle(range(len(parts))):
        if not left:
            break
        taken = list(itertools.islice(clips[index], min(left, chunk_length)))
        left -= len(taken)
        if len(taken) < min(left + len(taken), chunk_length):
            raise _damage(parts[index], "lacks clips")
        for clip, rows in taken:
            if clip in seen:
                raise _damage(parts[index], f"has {clip} once more")
            seen.add(clip)
            yield from rows
    for path, rest in zip(parts, clips, strict=True):
        if any(True for _ in rest):
            raise _damage(path, "has clips that the list has not")


def _clips(path: pathlib.Path) -> Iterator[tuple[str, list[Row]]]:
    for clip, rows in itertools.groupby(
        read_part_rows(path), key=lambda row: row["clip"]
    ):
        yield clip, list(rows)


def _damage(path: pathlib.Path, what: str) -> ValueError:
    return ValueError(
        f"A part must have the clips of its shard, each once. Received: {path},"
        f" which {what}. Remove it, and score it again."
    )
