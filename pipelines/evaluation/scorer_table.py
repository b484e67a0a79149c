"""Several scorers of one run, side by side."""

from collections.abc import Mapping

from pipelines.evaluation.report import Report
from pipelines.evaluation.tables import percent


def scorer_table(reports: Mapping[str, Report]) -> str:
    """The means of each scorer, for the terminal.

    Args:
        reports: By the name of the scorer.

    >>> mean = {"auc": 0.5, "auc_interval": [0.4, 0.6], "pauc": None}
    >>> metrics = {"mean": {**mean, "mauc": None}, "official": {"score": None}}
    >>> report = Report(metrics, "", ())
    >>> print(scorer_table({"mahalanobis": report}).splitlines()[-1])
    mahalanobis   50.00 [ 40.0,  60.0]  -       -                -
    """
    header = ("scorer", "AUC %", "pAUC %", "worst id: AUC %", "official %")
    lines: list[tuple[str, ...]] = [header]
    for name, report in reports.items():
        mean = report.metrics["mean"]
        numbers = [percent(mean, metric) for metric in ("auc", "pauc", "mauc")]
        official = percent(report.metrics["official"], "score")
        lines.append((name, *numbers, official))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) for cell, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    )
