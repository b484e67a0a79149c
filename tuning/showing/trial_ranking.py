"""Ranking and table of the trials of a search."""

import math
from collections.abc import Sequence

from pipelines.evaluation.tables import NOTHING
from pipelines.evaluation.tables import Table
from pipelines.evaluation.tables import escape_markdown
from tuning.settings.values import Value
from tuning.trials.trial_record import TrialRecord

STATUS_ORDER = ("completed", "running", "waiting", "failed")


def rank_trials(records: Sequence[TrialRecord]) -> list[TrialRecord]:
    """Returns all trials, the best first and the failed ones last.

    >>> records = [
    ...     TrialRecord("0", {}, "failed"),
    ...     TrialRecord("1", {}, "running"),
    ...     TrialRecord("2", {}, "completed", objective=0.8),
    ... ]
    >>> [record.name for record in rank_trials(records)]
    ['2', '1', '0']
    """

    def rank(record):
        worth = record.objective if _has_objective(record) else -math.inf
        return STATUS_ORDER.index(record.status), -worth, record.name

    return sorted(records, key=rank)


def completed_trials(records: Sequence[TrialRecord]) -> list[TrialRecord]:
    """Returns the completed trials that have an objective, best first.

    >>> records = [
    ...     TrialRecord("0", {}, "completed", objective=0.7),
    ...     TrialRecord("1", {}, "completed", objective=math.nan),
    ...     TrialRecord("2", {}, "completed", objective=0.8),
    ... ]
    >>> [record.name for record in completed_trials(records)]
    ['2', '0']
    """
    return [record for record in rank_trials(records) if _has_objective(record)]


def trial_table(
    records: Sequence[TrialRecord], parameters: Sequence[str], objective: str
) -> Table:
    """Returns a table of the trials in the order of `rank_trials`.

    Args:
        records: Records in any order.
        parameters: Names of the searched parameters.
        objective: Name of the objective, which is shown in percent.

    >>> record = TrialRecord("0", {"margin": 0.5}, "completed", 0.8, seconds=9)
    >>> trial_table([record], ["margin"], "val_proxy_auc").rows
    [('0', '80.00', '0.5', 'completed', '9.0')]
    """
    has_epochs = any("epochs" in record.metrics for record in records)
    epochs = ["epochs"] if has_epochs else []
    header = ("trial", f"{objective} %", *parameters, *epochs)
    rows = []
    kinds: list[str] = []
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
        is_best = not kinds and _has_objective(record)
        kinds.append("best" if is_best else record.status)
    return Table((*header, "status", "seconds"), rows, "Trials", kinds)


def failure_lines(records: Sequence[TrialRecord]) -> list[str]:
    """Returns a line for each reason of failure, with its trials.

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


def trials_markdown(
    records: Sequence[TrialRecord], parameters: Sequence[str], objective: str
) -> str:
    """Returns the table of the trials and the failures in Markdown.

    The arguments are those of `trial_table`.

    >>> record = TrialRecord("0", {}, "failed", reason="NaN")
    >>> trials_markdown([record], [], "val_proxy_auc").splitlines()[-1]
    '- Failed: 0: NaN'
    """
    table = trial_table(records, parameters, objective).markdown()
    failures = map(escape_markdown, failure_lines(records))
    lines = [f"- Failed: {line}" for line in failures]
    return "\n".join([table, "", *lines] if lines else [table]) + "\n"


def format_value(value: Value | None) -> str:
    """Returns a searched value as text for tables.

    >>> format_value(0.123456), format_value(64), format_value(None)
    ('0.1235', '64', '-')
    """
    if value is None:
        return NOTHING
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def format_percent(share: float | None) -> str:
    """Returns a share in percent, with two decimals.

    >>> format_percent(0.81234), format_percent(None)
    ('81.23', '-')
    """
    if share is None or not math.isfinite(share):
        return NOTHING
    return f"{100 * share:.2f}"


def _has_objective(record: TrialRecord) -> bool:
    known = record.objective is not None and math.isfinite(record.objective)
    return record.status == "completed" and known


def _format_seconds(seconds: float | None) -> str:
    if seconds is None:
        return NOTHING
    return f"{seconds:.1f}" if seconds < 10 else f"{seconds:.0f}"
