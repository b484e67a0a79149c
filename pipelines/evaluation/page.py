"""HTML report of an evaluation."""

import base64
import os
from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure

from pipelines.evaluation.evaluation_table import evaluation_table
from pipelines.evaluation.evaluation_table import interval_note
from pipelines.evaluation.evaluation_table import percent
from pipelines.evaluation.evaluation_table import reasons
from pipelines.evaluation.page_template import render_template
from pipelines.evaluation.plots import angle_figure
from pipelines.evaluation.plots import render_png
from pipelines.evaluation.plots import roc_figure
from pipelines.evaluation.score_files import short_names
from pipelines.evaluation.tables import Table
from pipelines.files.names import escape_name
from pipelines.methods.scored_clip import ScoredClip

NUM_HIGHEST = 5
_LABELS = {True: "anomaly", False: "normal", None: "unknown"}


def render_page(
    metrics: dict[str, Any],
    scored_clips: Sequence[ScoredClip],
    left_out: Sequence[tuple[str | os.PathLike[str], str]] = (),
    title: str = "Anomalous sounds: evaluation",
) -> str:
    """Returns the report as self-contained HTML without scripts.

    Args:
        metrics: Summary from `pipelines.evaluation.summary.summarize`.
        scored_clips: Scored clips that were evaluated.
        left_out: Pairs of path and reason, for clips without a score.
        title: Heading of the page.

    >>> import pathlib
    >>> from pipelines.datasets.clip import Clip
    >>> from pipelines.evaluation.judging import judge_clips
    >>> from pipelines.evaluation.summary import summarize
    >>> clip = Clip(pathlib.Path("<a>.wav"), "fan", "id_00", "test", True)
    >>> scored = [ScoredClip(clip, 1.0)]
    >>> page = render_page(summarize(judge_clips(scored)), scored)
    >>> "&lt;a&gt;.wav" in page, "<a>.wav" in page
    (True, False)
    """
    return render_template(
        "pipelines.evaluation",
        "report.html",
        title=title,
        tiles=_tiles(metrics),
        num_clips=len(scored_clips),
        num_sections=sum(map(len, metrics["machines"].values())),
        numbers=evaluation_table(metrics),
        reasons=reasons(metrics),
        note=interval_note(metrics),
        left_out=Table(
            ("clip", "reason"),
            sorted((escape_name(path), why) for path, why in left_out),
            "Clips left out",
        ),
        machines=[
            _machine(name, [s for s in scored_clips if s.clip.machine == name])
            for name in metrics["machines"]
        ],
    )


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
    """Plots of a machine and its clips with the highest scores."""
    names = short_names([scored.clip.path for scored in group])
    ranked = sorted(
        zip(group, names, strict=True),
        key=lambda pair: (-pair[0].anomaly_score, pair[1]),
    )
    highest = [
        (scored, clip, _LABELS[scored.clip.is_anomaly])
        for scored, clip in ranked[:NUM_HIGHEST]
    ]
    return {
        "name": name,
        "num_clips": len(group),
        "pictures": [
            {"uri": _data_uri(figure), "meaning": meaning}
            for figure, meaning in [
                (angle_figure(group), "Angles to the own class centre"),
                (roc_figure(group), "ROC curves"),
            ]
            if figure is not None
        ],
        "highest": Table(
            ("clip", "id", "label", "score"),
            [
                (
                    escape_name(clip),
                    scored.clip.section,
                    label,
                    f"{scored.anomaly_score:.4g}",
                )
                for scored, clip, label in highest
            ],
            f"Highest scores, {name}",
            [label for _, _, label in highest],
        ),
    }


def _data_uri(figure: Figure) -> str:
    picture = base64.b64encode(render_png(figure)).decode("ascii")
    return f"data:image/png;base64,{picture}"
