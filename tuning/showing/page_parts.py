"""Tables of a search's values, effects and metrics."""

from collections.abc import Mapping
from collections.abc import Sequence

from pipelines.evaluation.tables import NOTHING
from pipelines.evaluation.tables import Table
from tuning.settings.ranges import RANGES
from tuning.settings.values import Value
from tuning.showing.effects import Effect
from tuning.showing.trial_ranking import format_percent
from tuning.showing.trial_ranking import format_value
from tuning.trials.trial_record import TrialRecord


def compare_values(
    best: TrialRecord | None,
    parameters: Sequence[str],
    base_values: Mapping[str, Value],
) -> Table:
    """Returns the best trial's values beside those to improve on.

    >>> best = TrialRecord("0", {"margin": 0.5}, "completed", objective=0.8)
    >>> compare_values(best, ["margin"], {"margin": 0.7}).rows[0][:4]
    ('margin', '0.5', '0.7', '0 to 1.2, linear')
    """
    header = ("parameter", "best", "base", "searched over", "why there")
    rows = []
    for name in parameters:
        limits = reason = NOTHING
        if name in RANGES:
            span = RANGES[name]
            reason = span.reason
            limits = ", ".join(map(str, span.choices)) or "those that suit"
            if span.kind != "choice":
                limits = f"{span.low:g} to {span.high:g}, {span.sampling}"
        best_value = best.values.get(name) if best else None
        values = format_value(best_value), format_value(base_values.get(name))
        rows.append((name, *values, limits, reason))
    return Table(header, rows, "Values")


def list_effects(
    effects: Sequence[Effect], shares: Mapping[str, float]
) -> Table:
    """Returns the effect of each parameter in numbers.

    Args:
        effects: Effects from `measure_effects`.
        shares: Importance of each parameter; may be empty.

    >>> list_effects([Effect("margin", 12, -0.4, (-0.8, 0.1))], {}).rows[0]
    ('margin', '12', "Spearman's rho -0.40 [-0.80, +0.10]")
    """
    header: tuple[str, ...] = ("parameter", "trials", "effect")
    rows: list[tuple[str, ...]] = [
        (effect.parameter, str(effect.num_trials), describe_effect(effect))
        for effect in effects
    ]
    if shares:
        header += ("importance %",)
        rows = [(*row, format_percent(shares[row[0]])[:-1]) for row in rows]
    return Table(header, rows, "Effects in numbers")


def list_metrics(best: TrialRecord, objective: str) -> Table:
    """Returns all metrics of a trial.

    >>> best = TrialRecord("0", {}, "completed", metrics={"val_loss": 1.5})
    >>> list_metrics(best, "val_proxy_auc").rows[0]
    ('val_loss', '1.5')
    """
    rows = []
    for name, value in best.metrics.items():
        if name.startswith(objective):
            rows.append((f"{name} %", format_percent(value)))
        else:
            rows.append((name, format_value(value)))
    return Table(("metric", "value"), rows, "Metrics of the best trial")


def describe_effect(effect: Effect) -> str:
    """Returns the numbers of an effect in one line, objectives in percent.

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
                effect.points,
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
