"""The numbers of an evaluation as the lines of a table."""

import dataclasses
from typing import Any


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the table.

    Args:
        kind: `"section"`, `"machine"` (a mean over its sections) or
            `"total"` (over the machines).
        cells: Texts, one a column.

    >>> Row("section", ("fan", "id_00")).cells[0]
    'fan'
    """

    kind: str
    cells: tuple[str, ...]


def table_header(metrics: dict[str, Any]) -> list[str]:
    """Returns the names of the columns, the baseline's beside ours.

    >>> table_header({})
    ['machine', 'id', 'AUC %', 'pAUC %', 'normal', 'anomaly']
    """
    header = ["machine", "id", "AUC %", "pAUC %"]
    if "baseline" in metrics:
        name = metrics["baseline"]["name"]
        header += [f"{name}: AUC %", f"{name}: pAUC %"]
    return [*header, "normal", "anomaly"]


def table_rows(metrics: dict[str, Any]) -> list[Row]:
    """Returns the lines of the table of what `summarize` returned.

    A machine of several sections gets a line with its mean. The last three
    are the mean, the worst ids (mAUC) and the pooled numbers.

    >>> nothing = {"auc": None, "pauc": None, "mauc": None}
    >>> rows = table_rows({"machines": {}, "mean": nothing, "pooled": nothing})
    >>> [row.cells[1] for row in rows]
    ['mean', 'worst id (mAUC)', 'pooled ids']
    """
    rows = []
    for machine, sections in metrics["machines"].items():
        for section, entry in sections.items():
            labels = (str(entry["num_normal"]), str(entry["num_anomaly"]))
            numbers = _numbers(metrics, ("machines", machine, section))
            rows.append(Row("section", (machine, section, *numbers, *labels)))
        if len(sections) > 1 and machine in metrics["mean"]["machines"]:
            num_defined = sum("reason" not in s for s in sections.values())
            name = f"mean of {num_defined}"
            numbers = _numbers(metrics, ("mean", "machines", machine))
            rows.append(Row("machine", (machine, name, *numbers, "", "")))
    mean = _numbers(metrics, ("mean",))
    worst = _numbers(metrics, ("mean",), ("mauc", ""))
    pooled = _numbers(metrics, ("pooled",))
    return [
        *rows,
        Row("total", ("all", "mean", *mean, "", "")),
        Row("total", ("all", "worst id (mAUC)", *worst, "", "")),
        Row("total", ("all", "pooled ids", *pooled, "", "")),
    ]


def reasons(metrics: dict[str, Any]) -> list[str]:
    """Returns one line for each section without numbers, telling why.

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
    """Returns the sentence that tells what the brackets hold.

    >>> interval_note({"intervals": {"confidence": 0.95, "num_resamples": 9}})
    'In brackets: 95 % interval of 9 bootstrap resamples of the clips.'
    """
    intervals = metrics["intervals"]
    return (
        f"In brackets: {100 * intervals['confidence']:g} % interval of "
        f"{intervals['num_resamples']} bootstrap resamples of the clips."
    )


def percent(entry: dict[str, Any], name: str) -> str:
    """Returns one number and its interval in percent, at a fixed width.

    >>> percent({"auc": 0.9544, "auc_interval": [0.931, 1.0]}, "auc")
    ' 95.44 [ 93.1, 100.0]'
    >>> percent({"auc": None}, "auc")
    '-'
    """
    if entry[name] is None:
        return "-"
    low, high = entry[f"{name}_interval"]
    return f"{100 * entry[name]:6.2f} [{100 * low:5.1f}, {100 * high:5.1f}]"


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
