"""The tables of a search's page."""

import dataclasses
import re
from collections.abc import Mapping
from collections.abc import Sequence

from tuning.settings.ranges import RANGES
from tuning.settings.values import Value
from tuning.showing.effects import Effect
from tuning.showing.trial_table import MISSING
from tuning.showing.trial_table import format_percent
from tuning.showing.trial_table import format_value
from tuning.showing.trial_table import judged_trials
from tuning.showing.trial_table import numeric_columns
from tuning.showing.trial_table import rank_trials
from tuning.showing.trial_table import trial_cells
from tuning.trials.trial_record import TrialRecord


@dataclasses.dataclass(frozen=True)
class Table:
    """A table as the page shows it.

    Args:
        label: What a screen reader calls it.
        rows: The header, then rows of as many cells.
        numeric: Places of the columns that end flush.
        kinds: A word for each row but the header, for its colour.

    >>> Table("Trials", (("trial", "AUC"), ("0", "81.2")), numeric=(1,)).kinds
    ()
    """

    label: str
    rows: Sequence[Sequence[str]]
    numeric: Sequence[int] = ()
    kinds: Sequence[str] = ()


def list_trials(
    records: Sequence[TrialRecord], parameters: Sequence[str], objective: str
) -> Table:
    """Returns all trials, best first.

    >>> record = TrialRecord("0", {}, "completed", objective=0.8)
    >>> list_trials([record], [], "val_proxy_auc").kinds
    ['best']
    """
    rows = trial_cells(records, parameters, objective)
    kinds: list[str] = [record.status for record in rank_trials(records)]
    if judged_trials(records):
        kinds[0] = "best"
    return Table("Trials", rows, numeric_columns(rows), kinds)


def compare_values(
    best: TrialRecord | None,
    parameters: Sequence[str],
    base_values: Mapping[str, Value],
) -> Table:
    """Returns what the best trial has beside what it should beat.

    >>> best = TrialRecord("0", {"margin": 0.5}, "completed", objective=0.8)
    >>> compare_values(best, ["margin"], {"margin": 0.7}).rows[1][:4]
    ('margin', '0.5', '0.7', '0 to 1.2, linear')
    """
    rows = [("parameter", "best", "base", "searched over", "why there")]
    for name in parameters:
        limits = reason = MISSING
        if name in RANGES:
            one = RANGES[name]
            reason = one.reason
            limits = ", ".join(map(str, one.choices)) or "those that suit"
            if one.kind != "choice":
                limits = f"{one.low:g} to {one.high:g}, {one.sampling}"
        found = best.values.get(name) if best else None
        values = format_value(found), format_value(base_values.get(name))
        rows.append((name, *values, limits, reason))
    return Table("Values", rows, numeric_columns(rows))


def list_effects(
    effects: Sequence[Effect], shares: Mapping[str, float]
) -> Table:
    """Returns each parameter's effect in numbers.

    Args:
        effects: What `measure_effects` returned.
        shares: The importance of each, or nothing.

    >>> list_effects([Effect("margin", 12, -0.4, (-0.8, 0.1))], {}).rows[1]
    ('margin', '12', "Spearman's rho -0.40 [-0.80, +0.10]")
    """
    rows: list[tuple[str, ...]] = [("parameter", "trials", "effect")]
    rows += [
        (effect.parameter, str(effect.num_trials), describe_effect(effect))
        for effect in effects
    ]
    if shares:
        cells = [format_percent(shares[row[0]])[:-1] for row in rows[1:]]
        column = ["importance %", *cells]
        rows = [(*row, cell) for row, cell in zip(rows, column, strict=True)]
    return Table("Effects in numbers", rows, numeric_columns(rows))


def list_metrics(best: TrialRecord, objective: str) -> Table:
    """Returns all that was measured of a trial.

    >>> best = TrialRecord("0", {}, "completed", metrics={"val_loss": 1.5})
    >>> list_metrics(best, "val_proxy_auc").rows[1]
    ('val_loss', '1.5')
    """
    rows = [("metric", "value")]
    for name, value in best.metrics.items():
        if name.startswith(objective):
            rows.append((f"{name} %", format_percent(value)))
        else:
            rows.append((name, format_value(value)))
    return Table("Metrics of the best trial", rows, (1,))


def describe_effect(effect: Effect) -> str:
    """Returns the numbers of an effect on one line, objectives in percent.

    >>> describe_effect(Effect("margin", 12, -0.4, (-0.8, 0.1)))
    "Spearman's rho -0.40 [-0.80, +0.10]"
    >>> describe_effect(Effect("margin", 2))
    'too few trials, or none that differ'
    """
    if effect.counts:
        return "; ".join(
            f"{choice}: {100 * mean:.2f}"
            + (f" [{100 * low:.1f}, {100 * high:.1f}]" if low == low else "")
            + f" ({count} {'trial' if count == 1 else 'trials'})"
            for choice, mean, low, high, count in zip(
                effect.places,
                effect.means,
                effect.lows,
                effect.highs,
                effect.counts,
                strict=True,
            )
        )
    if effect.correlation is None:
        return "too few trials, or none that differ"
    text = f"Spearman's rho {effect.correlation:+.2f}"
    if effect.interval is None:
        return f"{text}, too few trials for an interval"
    return "{} [{:+.2f}, {:+.2f}]".format(text, *effect.interval)


def parse_markdown(text: str) -> list[Table | str]:
    r"""Returns the tables and paragraphs of a simple Markdown text.

    >>> parse_markdown("| a | b |\n| --- | ---: |\n| 1 | 2 |\n\nBy \\*hand.")[1]
    'By *hand.'
    """
    blocks: list[Table | str] = []
    for block in filter(None, re.split(r"\n\s*\n", text.strip())):
        if not block.startswith("|"):
            blocks.append(_unescape(block))
            continue
        header, rule, *rows = [
            [_unescape(cell.strip()) for cell in cells[1:-1]]
            for line in block.splitlines()
            if (cells := re.split(r"(?<!\\)\|", line.strip()))
        ]
        flush = [i for i, cell in enumerate(rule) if cell.endswith(":")]
        blocks.append(Table("Confirmation", [header, *rows], flush))
    return blocks


def _unescape(text: str) -> str:
    return re.sub(r"\\([^\w\s]|_)", r"\1", text)
