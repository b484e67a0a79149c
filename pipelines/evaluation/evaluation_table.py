"""Tables of an evaluation: sections, means, and scorers side by side."""

from collections.abc import Mapping
from typing import Any

from pipelines.evaluation.alarms import describe_alarms
from pipelines.evaluation.drawn import FEW_CLIPS
from pipelines.evaluation.drawn import HIGH_PAUC
from pipelines.evaluation.judging import RESAMPLING
from pipelines.evaluation.tables import NOTHING
from pipelines.evaluation.tables import Block
from pipelines.evaluation.tables import Table


def evaluation_table(metrics: dict[str, Any]) -> Table:
    """Returns the metrics of every section, beside those of the baseline.

    A machine of several sections has a row with its mean. The last three rows
    are the mean, the worst sections (mAUC) and the pooled metrics.

    Args:
        metrics: Summary from `pipelines.evaluation.summary.summarize`.

    >>> nothing = {"auc": None, "pauc": None, "mauc": None}
    >>> metrics = {"machines": {}, "mean": nothing, "pooled": nothing}
    >>> [row[1] for row in evaluation_table(metrics).rows]
    ['mean', 'worst id (mAUC)', 'pooled ids']
    """
    header = ["machine", "id", "AUC %", "pAUC %"]
    if "baseline" in metrics:
        name = metrics["baseline"]["name"]
        header += [f"{name}: AUC %", f"{name}: pAUC %"]
    rows, kinds = [], []
    for machine, sections in metrics["machines"].items():
        for section, entry in sections.items():
            labels = (str(entry["num_normal"]), str(entry["num_anomaly"]))
            numbers = _numbers(metrics, ("machines", machine, section))
            rows.append((machine, section, *numbers, *labels))
            kinds.append("section")
        if len(sections) > 1 and machine in metrics["mean"]["machines"]:
            num_defined = sum("reason" not in s for s in sections.values())
            numbers = _numbers(metrics, ("mean", "machines", machine))
            rows.append((machine, f"mean of {num_defined}", *numbers, "", ""))
            kinds.append("machine")
    for name, path, metric in (
        ("mean", "mean", ("auc", "pauc")),
        ("worst id (mAUC)", "mean", ("mauc", "")),
        ("pooled ids", "pooled", ("auc", "pauc")),
    ):
        numbers = _numbers(metrics, (path,), metric)
        rows.append(("all", name, *numbers, "", ""))
        kinds.append("total")
    header += ["normal", "anomaly"]
    return Table(header, rows, "Numbers of each id", kinds)


def evaluation_blocks(metrics: dict[str, Any]) -> list[Block]:
    """Returns the table, a note on its intervals, and missing metrics.

    >>> nothing = {"auc": None, "pauc": None, "mauc": None}
    >>> metrics = {"machines": {}, "mean": nothing, "pooled": nothing}
    >>> metrics["intervals"] = {"confidence": 0.95}
    >>> len(evaluation_blocks(metrics))
    2
    """
    notes = [interval_note(metrics), *reasons(metrics)]
    sentences = " ".join(describe_alarms(metrics))
    alarms = [f"Alarms: {sentences}"] if sentences else []
    return [*alarms, evaluation_table(metrics), *notes]


def scorer_table(metrics: Mapping[str, dict[str, Any]]) -> Table:
    """Returns the mean metrics of several scorers of a run.

    Args:
        metrics: Summaries from `summarize`, by the name of the scorer.

    >>> mean = {"auc": 0.5, "auc_interval": [0.4, 0.6], "pauc": None}
    >>> metrics = {"mean": {**mean, "mauc": None}, "official": {"score": None}}
    >>> scorer_table({"mahalanobis": metrics}).rows
    [('mahalanobis', ' 50.00 [ 40.0,  60.0]', '-', '-', '-')]
    """
    header = ("scorer", "AUC %", "pAUC %", "worst id: AUC %", "official %")
    rows = []
    for name, one in metrics.items():
        numbers = [percent(one["mean"], key) for key in ("auc", "pauc", "mauc")]
        rows.append((name, *numbers, percent(one["official"], "score")))
    return Table(header, rows)


def reasons(metrics: dict[str, Any]) -> list[str]:
    """Returns one line for each section without metrics, with the reason.

    >>> entry = {"auc": None, "reason": "no label on its clips"}
    >>> reasons({"machines": {"fan": {"id_06": entry}}})
    ['fan/id_06: no label on its clips']
    """
    return [
        f"{machine}/{section}: {entry['reason']}"
        for machine, sections in metrics["machines"].items()
        for section, entry in sections.items()
        if "reason" in entry
    ]


def interval_note(metrics: dict[str, Any]) -> str:
    """Returns what explains the intervals in brackets, and the pAUC.

    >>> interval_note({"intervals": {"confidence": 0.95}}).split(" of ")[0]
    'In brackets: 95 % interval'
    """
    confidence = 100 * metrics["intervals"]["confidence"]
    return (
        f"In brackets: {confidence:g} % interval of {RESAMPLING}. {FEW_CLIPS} "
        f"{HIGH_PAUC}"
    )


def percent(entry: dict[str, Any], name: str) -> str:
    """Returns a metric and its interval in percent, at a fixed width.

    >>> percent({"auc": 0.9544, "auc_interval": [0.931, 1.0]}, "auc")
    ' 95.44 [ 93.1, 100.0]'
    >>> percent({"auc": None}, "auc")
    '-'
    >>> percent({"auc": 0.9544, "auc_interval": None}, "auc")
    ' 95.44'
    """
    if entry[name] is None:
        return NOTHING
    number = f"{100 * entry[name]:6.2f}"
    if entry[f"{name}_interval"] is None:
        return number
    low, high = entry[f"{name}_interval"]
    return f"{number} [{100 * low:5.1f}, {100 * high:5.1f}]"


def _numbers(
    metrics: dict[str, Any],
    path: tuple[str, ...],
    names: tuple[str, ...] = ("auc", "pauc"),
) -> list[str]:
    cells = []
    for entry in (metrics, metrics.get("baseline")):
        if entry is not None:
            for part in path:
                entry = entry[part]
            cells += [percent(entry, name) if name else "" for name in names]
    return cells
