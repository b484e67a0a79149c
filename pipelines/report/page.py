"""HTML page of a report: for technicians first, for researchers below."""

import base64
import os
from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure

from pipelines.evaluation.alarms import describe_alarms
from pipelines.evaluation.evaluation_table import evaluation_table
from pipelines.evaluation.evaluation_table import interval_note
from pipelines.evaluation.evaluation_table import percent
from pipelines.evaluation.evaluation_table import reasons
from pipelines.evaluation.page_template import render_template
from pipelines.evaluation.plots import angle_figure
from pipelines.evaluation.plots import render_png
from pipelines.evaluation.plots import roc_figure
from pipelines.evaluation.tables import Table
from pipelines.files.names import escape_name
from pipelines.methods.scored_clip import ScoredClip
from pipelines.report.people_part import PeoplePart
from pipelines.report.terms import TERMS


def render_page(
    people: PeoplePart,
    title: str = "Which machines sound unusual?",
    subtitle: str = "",
    metrics: dict[str, Any] | None = None,
    scored_clips: Sequence[ScoredClip] = (),
    left_out: Sequence[tuple[str | os.PathLike[str], str]] = (),
    rate: float = 0.05,
) -> str:
    """Returns the report as self-contained HTML without scripts.

    Args:
        people: What it says to those who look after the machines.
        title: Heading of the page.
        subtitle: What was scored, by which model.
        metrics: Summary from `pipelines.evaluation.summary.summarize`, for
            researchers; `None` without an evaluation.
        scored_clips: Scored clips that were evaluated.
        left_out: Pairs of path and reason, for clips without a score.
        rate: Requested false-alarm rate.

    >>> import pathlib
    >>> from pipelines.report.model_facts import ModelFacts
    >>> from pipelines.report.people_part import people_part
    >>> from pipelines.report.report_clip import ReportClip
    >>> from pipelines.pictures.usual_sound import UsualSound
    >>> facts = ModelFacts(16_000, "mean", 0.05, {}, {}, UsualSound())
    >>> path = pathlib.Path("<a>.wav")
    >>> clips = [ReportClip(path, "fan/all", 0.5, 0.01, True)]
    >>> page = render_page(people_part(clips, facts))
    >>> "&lt;a&gt;.wav" in page, "<a>.wav" in page
    (True, False)
    """
    return render_template(
        "pipelines.report",
        "report.html",
        title=title,
        subtitle=subtitle,
        people=people,
        rate=f"{100 * rate:.3g} %",
        terms=TERMS,
        left_out=Table(
            ("clip", "reason"),
            sorted((escape_name(path), why) for path, why in left_out),
            "Clips left out",
        ),
        research=None if metrics is None else _research(metrics, scored_clips),
    )


def _research(
    metrics: dict[str, Any], scored_clips: Sequence[ScoredClip]
) -> dict[str, Any]:
    """What the page says to researchers."""
    return {
        "tiles": _tiles(metrics),
        "is_judged": metrics["mean"]["auc"] is not None,
        "alarms": describe_alarms(metrics),
        "num_sections": sum(map(len, metrics["machines"].values())),
        "numbers": evaluation_table(metrics),
        "reasons": reasons(metrics),
        "note": interval_note(metrics),
        "machines": [
            _machine(name, [s for s in scored_clips if s.clip.machine == name])
            for name in metrics["machines"]
        ],
    }


def _tiles(metrics: dict[str, Any]) -> list[dict[str, Any]]:
    """Headline metrics with their intervals and those of the baseline."""
    tiles = []
    baseline = metrics.get("baseline")
    for part, key, name, meaning in [
        ("mean", "auc", "AUC", "mean over machines of the mean over ids"),
        ("mean", "pauc", "pAUC", "the same, false-positive rate up to 0.1"),
        ("mean", "mauc", "mAUC", "mean over machines of the worst id"),
        ("pooled", "auc", "pooled AUC", "one curve over all ids of a machine"),
    ]:
        tile: dict[str, Any] = _number(metrics[part], key)
        tile.update(name=name, meaning=meaning, baseline=None)
        if baseline is not None:
            number = _number(baseline[part], key)
            tile["baseline"] = {"name": baseline["name"], **number}
        tiles.append(tile)
    official = metrics.get("official", {"score": None})
    if official["score"] is not None:
        tiles.append(
            {
                **_number(official, "score"),
                "name": "official score",
                "meaning": f"by the rules of DCASE {official['year']}",
                "baseline": None,
            }
        )
    return tiles


def _number(entry: dict[str, Any], key: str) -> dict[str, str]:
    number, bracket, interval = percent(entry, key).partition("[")
    return {"number": number.strip(), "interval": bracket + interval.strip()}


def _machine(name: str, group: list[ScoredClip]) -> dict[str, Any]:
    """Pictures of a machine."""
    return {
        "name": name,
        "pictures": [
            (_data_uri(figure), meaning)
            for figure, meaning in [
                (angle_figure(group), "Angles to the own class centre"),
                (roc_figure(group), "ROC curves"),
            ]
            if figure is not None
        ],
    }


def _data_uri(figure: Figure) -> str:
    picture = base64.b64encode(render_png(figure)).decode("ascii")
    return f"data:image/png;base64,{picture}"
