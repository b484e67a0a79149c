"""Report of an evaluation: metrics, scores, table, plots and page."""

import dataclasses
import json
import os
import pathlib
from collections.abc import Sequence
from typing import Any

from pipelines import atomic
from pipelines.evaluation.evaluation_table import evaluation_blocks
from pipelines.evaluation.judging import judge_clips
from pipelines.evaluation.official.judgement import Judgement
from pipelines.evaluation.page import render_page
from pipelines.evaluation.plots import angle_figure
from pipelines.evaluation.plots import render_png
from pipelines.evaluation.plots import roc_figure
from pipelines.evaluation.score_files import write_score_files
from pipelines.evaluation.summary import summarize
from pipelines.evaluation.tables import markdown_text
from pipelines.evaluation.tables import plain_text
from pipelines.methods.scored_clip import ScoredClip


@dataclasses.dataclass(frozen=True)
class Report:
    """Results of an evaluation and the files of its report.

    Args:
        metrics: Content of `metrics.json`.
        table: Table as plain text, for the terminal.
        files: Written files, in the order of writing.

    >>> Report({}, table="machine  id", files=()).table
    'machine  id'
    """

    metrics: dict[str, Any]
    table: str
    files: tuple[pathlib.Path, ...]


def write_report(
    folder: str | os.PathLike[str],
    scored_clips: Sequence[ScoredClip],
    baseline_name: str | None = None,
    left_out: Sequence[tuple[str | os.PathLike[str], str]] = (),
    title: str = "Anomalous sounds: evaluation",
    year: int | None = None,
) -> Report:
    """Evaluates scored clips and writes the report.

    It writes `metrics.json`, `table.md`, `report.html`, plots (`angles.png` if
    clips have angles, `roc.png` if there is a curve) and
    `scores/anomaly_score_<machine>_<section>.csv` to `folder`. Scores and plots
    of an earlier evaluation are deleted.

    Args:
        folder: Folder of the report; created if missing.
        scored_clips: One or more scored clips, in any order.
        baseline_name: Name of the baseline behind `baseline_score`, or `None`.
        left_out: Pairs of path and reason, for clips without a score.
        title: Heading of the page.
        year: Year of the official rules; guessed from the clips if `None`.

    Raises:
        ValueError: If there is no clip, or a `baseline_score` is missing.

    >>> import tempfile
    >>> from pipelines.datasets.clip import Clip
    >>> path = pathlib.Path("a.wav")
    >>> clips = [Clip(path, "fan", "id_00", "test", i == 1) for i in range(2)]
    >>> scored = [ScoredClip(clip, i) for i, clip in enumerate(clips)]
    >>> report = write_report(tempfile.mkdtemp(), scored)
    >>> [path.name for path in report.files][:3]
    ['metrics.json', 'anomaly_score_fan_id_00.csv', 'table.md']
    """
    folder = pathlib.Path(folder)
    if not scored_clips:
        raise ValueError(
            "`scored_clips` must hold at least one clip. Received: none. "
            "The left-out clips and their reasons may tell why."
        )
    judged = judge_clips(scored_clips, year)
    official = judged.official
    baseline = None
    if baseline_name is not None:
        baseline = judge_clips(baseline_clips(scored_clips), year)
    metrics = summarize(judged, baseline, baseline_name or "")
    text = json.dumps(metrics, indent=2, allow_nan=False)
    atomic.write_text(folder / "metrics.json", text + "\n")
    files = [folder / "metrics.json"]
    files += write_score_files(folder / "scores", scored_clips)
    blocks = evaluation_blocks(metrics)
    text = markdown_text(blocks)
    if isinstance(official, Judgement):
        text += f"\n## Official\n\n{official.markdown}"
    atomic.write_text(folder / "table.md", text)
    files.append(folder / "table.md")
    for name, figure in [
        ("angles.png", angle_figure(scored_clips)),
        ("roc.png", roc_figure(scored_clips)),
    ]:
        if figure is not None:
            with atomic.replacing(folder / name) as temporary:
                temporary.write_bytes(render_png(figure))
            files.append(folder / name)
    for stale in [
        *(folder / "scores").glob("anomaly_score_*.csv"),
        folder / "angles.png",
        folder / "roc.png",
    ]:
        if stale not in files:
            stale.unlink(missing_ok=True)
    page = render_page(metrics, scored_clips, left_out, title)
    atomic.write_text(folder / "report.html", page)
    files.append(folder / "report.html")
    table = f"{plain_text(blocks)}\n{official.table}"
    return Report(metrics, table, tuple(files))


def baseline_clips(scored_clips: Sequence[ScoredClip]) -> list[ScoredClip]:
    """Returns the clips with the baseline's scores as anomaly scores.

    Raises:
        ValueError: If a `baseline_score` is missing.

    >>> baseline_clips([])
    []
    """
    found = [
        ScoredClip(one.clip, one.baseline_score)
        for one in scored_clips
        if one.baseline_score is not None
    ]
    if len(found) < len(scored_clips):
        raise ValueError(
            "With `baseline_name`, every clip must have a `baseline_score`. "
            f"Received: {len(scored_clips) - len(found)} of "
            f"{len(scored_clips)} without."
        )
    return found
