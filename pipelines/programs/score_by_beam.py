"""Scoring of a list by a pipeline of Apache Beam."""

import json
import logging
import os
import pathlib
import shutil
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

from pipelines import atomic
from pipelines.datasets.listed_clips import ListedClips
from pipelines.scoring.batch_scoring import Row
from pipelines.scoring.batch_scoring import score_columns
from pipelines.scoring.beam_flags import quiet_processes
from pipelines.scoring.beam_flags import read_flags
from pipelines.scoring.clip_scorer import read_digest
from pipelines.scoring.score_table import check_table
from pipelines.scoring.score_table import import_parquet
from pipelines.scoring.score_table import parquet_schema
from pipelines.scoring.score_table import read_spelt_row
from pipelines.scoring.score_table import spell_row
from pipelines.scoring.score_table import write_score_table
from pipelines.scoring.scoring_settings import ScoringSettings

logger = logging.getLogger(__name__)


def score_by_beam(
    model: str,
    clips: ListedClips,
    out: str,
    settings: ScoringSettings,
    flags: str = "",
    trust: Sequence[str] = (),
) -> dict[str, int]:
    """Scores a list by a pipeline, and waits for its end.

    Args:
        model: Path of the model, which every worker must see.
        clips: The list; every worker must see its recordings.
        out: Table, `.csv` or `.parquet`, in the order of the list; or a folder
            or its address, with `/` at its end, for new files of Parquet in no
            order, with the column `clip_index`. Clips without a score are named
            in `dead_letters` beside it, too.
        settings: Settings of scoring.
        flags: Flags of Beam, as in a shell; `--share_model` lets the processes
            of a machine share one model.
        trust: Packages of classes of your own, where a run has any.

    Returns:
        Beam's counters `clips`, `rows`, `scored`, `broken` and `alarms`.

    Raises:
        ValueError: If Beam or pyarrow is not installed, a flag is not known,
            or the table cannot be written.

    >>> clips = ListedClips(("a.wav",), ("a.wav",))
    >>> score_by_beam("runs/first", clips, "a.xls", ScoringSettings())
    Traceback (most recent call last):
    ValueError: `out` must end in one of .csv, .parquet. Received: ...
    """
    is_folder = out.endswith("/")
    if not is_folder:
        check_table(pathlib.Path(out))
    options, is_shared = read_flags(flags)
    import_parquet()
    read_digest(model)  # Whether it is there.
    if is_folder:
        _check_new(out)
        return _run(model, clips, out, settings, options, is_shared, trust)
    table = pathlib.Path(out)
    folder = table.with_name(f"{table.name}.beam")
    with atomic.FolderLock(table.with_name(f"{table.name}.lock")):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        counts = _run(
            model, clips, f"{folder}/", settings, options, is_shared, trust
        )
        _collect_letters(folder, table)
        rows = _read_rows(folder, len(clips.paths))
        write_score_table(table, rows, score_columns(settings))
        shutil.rmtree(folder)
    table.with_name(f"{table.name}.lock").unlink(missing_ok=True)
    return counts


def _check_new(folder: str) -> None:
    """Refuses a folder, or its address, with tables of an earlier pipeline."""
    from apache_beam.io.filesystems import FileSystems

    try:
        [found] = FileSystems.match([f"{folder}scores*"])
    except Exception as error:  # Each file system has its own.
        raise ValueError(
            "`out` must be a folder, or an address that this installation of "
            f"Apache Beam can write to. Received: out={folder}: {error}."
        ) from error
    if found.metadata_list:
        raise ValueError(
            "The folder of a pipeline must have no tables yet. Received: "
            f"out={folder}, with {found.metadata_list[0].path}. Name another."
        )


def _run(
    model: str,
    clips: ListedClips,
    folder: str,
    settings: ScoringSettings,
    options: Any,
    is_shared: bool,
    trust: Sequence[str],
) -> dict[str, int]:
    from apache_beam.ml.inference.base import RunInference

    from pipelines.scoring import beam_scoring
    from pipelines.scoring.beam_scoring import beam

    handler = beam_scoring.ClipModelHandler(
        os.fspath(model), settings, trust, is_shared
    )
    chunks = list(beam_scoring.cut_chunks(clips, settings.chunk_length))
    columns = ("clip_index", *score_columns(settings))
    pipeline = beam.Pipeline(options=options)
    rows = (
        pipeline
        | "list" >> beam.Create(chunks)
        | "deal out" >> beam.Reshuffle()
        | "score" >> RunInference(handler)
        | "rows" >> beam.FlatMap(beam_scoring.index_rows)
    )
    _ = (
        rows
        | "spell" >> beam.Map(spell_row)
        | "table"
        >> beam.io.WriteToParquet(
            f"{folder}scores",
            parquet_schema(columns),
            file_name_suffix=".parquet",
        )
    )
    _ = (
        rows
        | "without a score" >> beam.Filter(has_no_score)
        | "letters" >> beam.Map(beam_scoring.dead_letter)
        | "dead letters"
        >> beam.io.WriteToText(f"{folder}dead_letters", ".jsonl")
    )
    with quiet_processes():
        result = pipeline.run()
        result.wait_until_finish()
    found = result.metrics().query()["counters"]
    return {
        counter.key.metric.name: counter.result
        for counter in found
        if counter.key.metric.namespace == beam_scoring.COUNTERS
    }


def has_no_score(row: Row) -> bool:
    """Whether a row is one of a clip that could not be scored.

    >>> has_no_score({"anomaly_score": None})
    True
    """
    return row["anomaly_score"] is None


def _collect_letters(folder: pathlib.Path, table: pathlib.Path) -> None:
    lines = [
        line
        for path in folder.glob("dead_letters*.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines(keepends=True)
    ]
    letters = table.with_name(f"{table.stem}.dead_letters.jsonl")
    if lines:
        lines.sort(key=_clip_index)
        atomic.write_text(letters, "".join(lines))
        logger.info("without a score: %d, named in %s", len(lines), letters)
    else:
        letters.unlink(missing_ok=True)


def _read_rows(folder: pathlib.Path, num_clips: int) -> Iterator[Row]:
    """The rows of all files in the order of the list."""
    _, parquet = import_parquet()
    table = parquet.read_table(
        [os.fspath(path) for path in sorted(folder.glob("scores*.parquet"))]
    )
    order = ("clip_index", "start_seconds")
    names = [name for name in order if name in table.column_names]
    table = table.sort_by([(name, "ascending") for name in names])
    if len(table["clip_index"].unique()) != num_clips:
        raise ValueError(
            "The table of a pipeline must have each clip. Received: "
            f"{folder}, which lacks some. Start it again."
        )
    for batch in table.drop_columns(["clip_index"]).to_batches():
        for row in batch.to_pylist():
            yield read_spelt_row(row)


def _clip_index(line: str) -> int:
    return json.loads(line)["clip_index"]
