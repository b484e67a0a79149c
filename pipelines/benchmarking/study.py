"""A study from its first training to its table and picture."""

import dataclasses
import pathlib
from collections.abc import Sequence

import tqdm

from pipelines import atomic
from pipelines.benchmarking.cell import Cell
from pipelines.benchmarking.cell import run_cell
from pipelines.benchmarking.designs import Row
from pipelines.benchmarking.designs import choose_study
from pipelines.benchmarking.numbers import RowNumbers
from pipelines.benchmarking.numbers import row_numbers
from pipelines.benchmarking.study_figure import study_figure
from pipelines.benchmarking.study_table import study_table
from pipelines.datasets.reading import read_all_clips
from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.datasets.synthetic import generate
from pipelines.evaluation.official.official import guess_year
from pipelines.evaluation.official.official import official_of_clips
from pipelines.evaluation.official.unjudged import Unjudged
from pipelines.evaluation.plots import render_png
from pipelines.methods.scored_clip import ScoredClip
from pipelines.settings.config import Config
from pipelines.settings.reading import read_settings

# What a study generates where it is given no data.
DATA = SyntheticSettings(num_train=200, num_train_target=10, seconds=2.0)


@dataclasses.dataclass(frozen=True)
class StudyResult:
    """What a study found, and the files that tell it.

    Args:
        rows: Its numbers, line by line.
        table: The same as a Markdown table.
        files: What was written.

    >>> StudyResult((), "", ()).rows
    ()
    """

    rows: tuple[RowNumbers, ...]
    table: str
    files: tuple[pathlib.Path, ...]


def run_study(
    name: str,
    folder: str,
    config: Config,
    roots: Sequence[str] = (),
    num_seeds: int = 3,
    data: SyntheticSettings = DATA,
) -> StudyResult:
    """Trains every row with every seed, and tells what came of it.

    Called again after a kill it goes on where it stopped.

    Args:
        name: Of the study; see `STUDIES`.
        folder: Where its runs, `table.md` and `figure.png` go.
        config: Settings that its rows change; its seed is the first.
        roots: Data folders; the built-in machines if there are none.
        num_seeds: Trainings of every row.
        data: Settings of the built-in machines.

    Raises:
        FileNotFoundError: If a data folder is missing.
        ValueError: If there is no such study, a row needs built-in data, or
            test clips have no labels.

    >>> run_study("no_such_study", "runs/study", Config())
    Traceback (most recent call last):
    ValueError: `study` must be one of compactness, ... Received: study=...
    """
    study = choose_study(name)
    if roots and any(row.snr_db is not None for row in study.rows):
        raise ValueError(
            "This study mixes machines and noise itself, so it takes the "
            f"built-in data alone. Received: study={name!r} with "
            f"{', '.join(roots)}. Leave the data folders out."
        )
    if num_seeds < 1:
        raise ValueError(
            "A study needs a seed or more. "
            f"Received: num_seeds={num_seeds}. Three or more give a spread."
        )
    if roots:
        _check_labels(roots, config.seed)
    place = pathlib.Path(folder)
    cells: dict[str, list[Cell]] = {row.name: [] for row in study.rows}
    with tqdm.tqdm(
        desc=name,
        total=num_seeds * len(study.rows),
        unit="training",
        disable=None,
    ) as progress:
        for seed in range(config.seed, config.seed + num_seeds):
            for row in study.rows:
                found = run_cell(
                    roots or [_built_in_data(place, row, data)],
                    read_settings({**row.changes, "seed": seed}, config),
                    str(place / "runs" / _file_name(row.name) / f"seed_{seed}"),
                )
                cells[row.name].append(found)
                progress.update()
    year = guess_year([one.clip for one in found.scored_clips])
    rows = tuple(
        row_numbers(row.name, cells[row.name], year) for row in study.rows
    )
    table = study_table(study.question, rows, num_seeds, year)
    atomic.write_text(place / "table.md", table)
    with atomic.replacing(place / "figure.png") as temporary:
        temporary.write_bytes(render_png(study_figure(study.question, rows)))
    return StudyResult(rows, table, (place / "table.md", place / "figure.png"))


def _check_labels(roots: Sequence[str], seed: int) -> None:
    """Refuses at once what could not be judged after all the trainings."""
    labelled = [
        ScoredClip(clip, 0.0)
        for clip in read_all_clips(roots, seed)
        if clip.split == "test" and clip.is_anomaly is not None
    ]
    found = official_of_clips(
        labelled, leave_out_incomplete=True, num_resamples=1
    )
    if isinstance(found, Unjudged):
        raise ValueError(
            "A study needs test clips of known label, normal ones and "
            f"anomalies. Received: {', '.join(map(str, roots))}: "
            f"{'; '.join(found.reasons)}."
        )


def _built_in_data(
    place: pathlib.Path, row: Row, data: SyntheticSettings
) -> str:
    if row.snr_db is not None:
        data = dataclasses.replace(data, snr_db=row.snr_db)
    root = place / "data" / f"snr_{data.snr_db:+g}_dB"
    generate(root, data)
    return str(root)


def _file_name(name: str) -> str:
    kept = "".join(c if c.isalnum() or c in "+-" else "_" for c in name)
    return "_".join(part for part in kept.split("_") if part)
