"""The trials of a search as a table, best first."""

import math
from collections.abc import Sequence

from pipelines.evaluation.table_formats import escape_markdown
from tuning.settings.values import Value
from tuning.trials.trial_record import TrialRecord

STATUS_ORDER = ("completed", "running", "waiting", "failed")
MISSING = "-"


def rank_trials(records: Sequence[TrialRecord]) -> list[TrialRecord]:
    """Returns all trials: the best first, the failed ones last.

    >>> records = [
    ...     TrialRecord("0", {}, "failed"),
    ...     TrialRecord("1", {}, "running"),
    ...     TrialRecord("2", {}, "completed", objective=0.8),
    ... ]
    >>> [record.name for record in rank_trials(records)]
    ['2', '1', '0']
    """

    def place(record):
        worth = record.objective if _is_judged(record) else -math.inf
        return STATUS_ORDER.index(record.status), -worth, record.name

    return sorted(records, key=place)


def judged_trials(records: Sequence[TrialRecord]) -> list[TrialRecord]:
    """Returns the completed trials that have an objective, best first.

    >>> records = [
    ...     TrialRecord("0", {}, "completed", objective=0.7),
    ...     TrialRecord("1", {}, "completed", objective=math.nan),
    ...     TrialRecord("2", {}, "completed", objective=0.8),
    ... ]
    >>> [record.name for record in judged_trials(records)]
    ['2', '0']
    """
    return [record for record in rank_trials(records) if _is_judged(record)]


def trial_cells(
    records: Sequence[TrialRecord], parameters: Sequence[str], objective: str
) -> list[tuple[str, ...]]:
    """Returns the header, and a row a trial in the order of `rank_trials`.

    Args:
        records: Trials in any order.
        parameters: What was searched over.
        objective: Its name. Its values are shown in percent.

    >>> record = TrialRecord("0", {"margin": 0.5}, "completed", 0.8, seconds=9)
    >>> trial_cells([record], ["margin"], "val_proxy_auc")[1]
    ('0', '80.00', '0.5', 'completed', '9.0')
    """
    has_epochs = any("epochs" in record.metrics for record in records)
    epochs = ["epochs"] if has_epochs else []
    header = ("trial", f"{objective} %", *parameters, *epochs)
    rows = [(*header, "status", "seconds")]
    for record in rank_trials(records):
        values = [record.values.get(name) for name in parameters]
        values += [record.metrics.get(name) for name in epochs]
        rows.append(
            (
                record.name,
                format_percent(record.objective),
                *map(format_value, values),
                record.status,
                _format_seconds(record.seconds),
            )
        )
    return rows


def failure_lines(records: Sequence[TrialRecord]) -> list[str]:
    """Returns a line for each reason of failure, with the trials it met.

    >>> records = [TrialRecord(n, {}, "failed", reason="NaN") for n in "01"]
    >>> failure_lines(records)
    ['0, 1: NaN']
    """
    trials: dict[str, list[str]] = {}
    for record in rank_trials(records):
        if record.status == "failed":
            reason = " ".join(record.reason.split()) or "no reason is known"
            trials.setdefault(reason, []).append(record.name)
    return [f"{', '.join(names)}: {why}" for why, names in trials.items()]


def trial_table(
    records: Sequence[TrialRecord], parameters: Sequence[str], objective: str
) -> str:
    """Returns the trials in Markdown, aligned, so that a terminal shows it.

    Args:
        records: Trials in any order.
        parameters: What was searched over.
        objective: Its name. Its values are shown in percent.

    >>> record = TrialRecord("0", {"margin": 0.5}, "completed", 0.8, seconds=9)
    >>> print(trial_table([record], ["margin"], "val_proxy_auc"), end="")
    | trial | val_proxy_auc % | margin | status    | seconds |
    | ----- | --------------: | -----: | --------- | ------: |
    | 0     |           80.00 |    0.5 | completed |     9.0 |
    """
    table = aligned_table(trial_cells(records, parameters, objective))
    failures = map(escape_markdown, failure_lines(records))
    lines = [f"- Failed: {line}" for line in failures]
    return "\n".join([table, "", *lines] if lines else [table]) + "\n"


def aligned_table(rows: Sequence[Sequence[str]]) -> str:
    """Returns cells as a Markdown table; columns of numbers end flush.

    Args:
        rows: The header, and rows of as many cells.

    >>> print(aligned_table([("kind", "AUC"), ("siblings", "81.2")]))
    | kind     |  AUC |
    | -------- | ---: |
    | siblings | 81.2 |
    """
    flush = numeric_columns(rows)
    columns = []
    for place, column in enumerate(zip(*rows, strict=True)):
        header, *cells = map(escape_markdown, column)
        width = max(3, *map(len, (header, *cells)))
        rule = "-" * (width - 1) + (":" if place in flush else "-")
        pad = str.rjust if place in flush else str.ljust
        columns.append([pad(cell, width) for cell in (header, rule, *cells)])
    lines = zip(*columns, strict=True)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def numeric_columns(rows: Sequence[Sequence[str]]) -> list[int]:
    """Returns the places of the columns of numbers, but for the first one.

    >>> numeric_columns([("trial", "margin", "gate"), ("0", "0.5", "raw")])
    [1]
    """
    columns = list(zip(*rows, strict=True))
    return [
        place
        for place, (_, *cells) in enumerate(columns)
        if place and all(map(_is_number, cells))
    ]


def format_value(value: Value | None) -> str:
    """Returns a searched value as tables show it.

    >>> format_value(0.123456), format_value(64), format_value(None)
    ('0.1235', '64', '-')
    """
    if value is None:
        return MISSING
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def format_percent(share: float | None) -> str:
    """Returns a share in percent, two digits behind the point.

    >>> format_percent(0.81234), format_percent(None)
    ('81.23', '-')
    """
    if share is None or not math.isfinite(share):
        return MISSING
    return f"{100 * share:.2f}"


def _is_judged(record: TrialRecord) -> bool:
    known = record.objective is not None and math.isfinite(record.objective)
    return record.status == "completed" and known


def _is_number(cell: str) -> bool:
    try:
        return cell == MISSING or math.isfinite(float(cell))
    except ValueError:
        return False


def _format_seconds(seconds: float | None) -> str:
    if seconds is None:
        return MISSING
    return f"{seconds:.1f}" if seconds < 10 else f"{seconds:.0f}"
