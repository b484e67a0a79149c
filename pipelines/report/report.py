"""Report of an evaluation: metrics, scores, table, plots and page."""

import dataclasses
import json
import os
import pathlib
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from pipelines import atomic
from pipelines.audio.recorded_time import recorded_time
from pipelines.evaluation.evaluation_table import evaluation_blocks
from pipelines.evaluation.judging import judge_clips
from pipelines.evaluation.official.judgement import Judgement
from pipelines.evaluation.plots import angle_figure
from pipelines.evaluation.plots import render_png
from pipelines.evaluation.plots import roc_figure
from pipelines.evaluation.score_files import write_score_files
from pipelines.evaluation.summary import summarize
from pipelines.evaluation.tables import markdown_text
from pipelines.evaluation.tables import plain_text
from pipelines.methods.scored_clip import ScoredClip
from pipelines.report.model_facts import NOTHING_KNOWN
from pipelines.report.model_facts import ModelFacts
from pipelines.report.page import render_page
from pipelines.report.people_part import people_part
from pipelines.report.report_clip import ReportClip


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
    title: str = "Which machines sound unusual?",
    model: str = "unknown",
    year: int | None = None,
    alarms: Mapping[str, Any] | None = None,
    facts: ModelFacts | None = None,
    audio: str = "alarms",
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
        model: Name of the model.
        year: Year of the official rules; guessed from the clips if `None`.
        alarms: Decisions, as `evaluation.alarms.summarize_alarms` has them;
            `None` without any.
        facts: Facts of the model, for thresholds and what is unusual.
        audio: Of which clips the page has sounds: `"none"`, `"alarms"` or
            `"all"`.

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
    if alarms is not None:
        metrics["alarms"] = dict(alarms)
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
    facts = facts or NOTHING_KNOWN
    subtitle = f"{len(scored_clips)} test clips; model: {model}"
    people = people_part(
        [report_clip(scored) for scored in scored_clips], facts, audio
    )
    page = render_page(
        people, title, subtitle, metrics, scored_clips, left_out, facts.rate
    )
    atomic.write_text(folder / "report.html", page)
    files.append(folder / "report.html")
    table = f"{plain_text(blocks)}\n{official.table}"
    return Report(metrics, table, tuple(files))


def report_clip(scored: ScoredClip) -> ReportClip:
    """A scored clip as the page shows it.

    >>> from pipelines.datasets.clip import Clip
    >>> clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "test", True)
    >>> report_clip(ScoredClip(clip, 1.0)).key
    'fan/id_00'
    """
    clip = scored.clip
    return ReportClip(
        clip.path,
        clip.key,
        scored.anomaly_score,
        scored.p_value,
        scored.decision,
        is_anomaly=clip.is_anomaly,
        time=recorded_time(clip.path),
    )


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
